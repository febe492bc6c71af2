package dev.reflow.support;

/** What holds for every execution at any time, as far as the database can tell. */
public enum Invariant {
    GENERATIONS_HAVE_NO_GAP(
            "generations have no gap",
            "select e.id::text from flow_execution e where e.organization_id = $1 and (e.generation <> (select count(*)"
                    + " from generation g where g.flow_execution_id = e.id) or e.generation <> (select max(generation)"
                    + " from generation g where g.flow_execution_id = e.id))"),
    AT_MOST_THE_NEWEST_IS_ACTIVE(
            "at most the newest generation is active",
            "select e.id::text from flow_execution e join generation g on g.flow_execution_id = e.id"
                    + " and g.generation = e.generation where e.organization_id = $1"
                    + " and e.active <> (g.end_reason is null)"),
    ONE_RESULT_OF_A_TASK_IN_A_GENERATION(
            "one result of a task in a generation",
            "select t.task_name from task_execution t where t.organization_id = $1 and t.processing_status = 'completed'"
                    + " group by t.flow_execution_id, t.generation, t.task_name having count(*) > 1"),
    RESULTS_BELONG_TO_A_GENERATION_THAT_WAS(
            "results belong to a generation that was",
            "select t.task_name from task_execution t join flow_execution e on e.id = t.flow_execution_id"
                    + " where e.organization_id = $1 and t.generation > e.generation"),
    /** A worker's report and a person's edit have other ways; both lock the execution first. */
    NO_RESULT_COMES_AFTER_ITS_GENERATION(
            "no result comes after its generation",
            "select t.task_name from task_execution t join generation next on next.flow_execution_id = t.flow_execution_id"
                    + " and next.generation = t.generation + 1 where t.organization_id = $1"
                    + " and t.processing_status in ('completed', 'failed') and t.reported_by is null"
                    + " and t.edited_status = 'not_edited' and t.completed_at > next.requested_at"),
    NOTHING_IS_STUCK(
            "nothing is stuck",
            "select e.id::text from flow_execution e left join engine_node n on n.id = e.owner"
                    + " where e.organization_id = $1 and e.active and not (coalesce(n.state = 'alive', false)"
                    + " or (e.owner is null and (e.wake_at is not null or e.deleted_at is null"
                    + " and (e.queued_at is not null or ("
                    // somebody outside has to do something, and has not yet
                    + "select coalesce(bool_and(not exists (select from webhook_data w"
                    + " where w.flow_execution_id = e.id and w.task_name = t.task_name and w.generation >= e.floor)), false)"
                    + " from task_execution t where t.flow_execution_id = e.id and t.generation = e.generation"
                    + " and t.processing_status = 'awaiting_input')))))"),
    NOTHING_RUNS_WITHOUT_A_GENERATION(
            "nothing runs without a generation",
            "select e.id::text from flow_execution e where e.organization_id = $1 and not e.active"
                    + " and (e.owner is not null or e.wake_at is not null or cardinality(e.uninterruptible_tasks) > 0)"),
    ONE_KEY_ONE_GENERATION(
            "one key, one generation",
            "select g.idempotency_key from generation g join flow_execution e on e.id = g.flow_execution_id"
                    + " where e.organization_id = $1 group by g.flow_execution_id, g.idempotency_key having count(*) > 1"),
    WHAT_IS_OF_AN_EXECUTION_IS_OF_ITS_ORGANIZATION(
            "what is of an execution is of its organization",
            "select e.id::text from (select organization_id, flow_execution_id from task_execution"
                    + " union all select organization_id, flow_execution_id from webhook_data"
                    + " union all select organization_id, flow_execution_id from task_status"
                    + " union all select organization_id, flow_execution_id from task_output"
                    + " union all select organization_id, flow_execution_id from task_tag"
                    + " union all select organization_id, flow_execution_id from execution_event"
                    + " union all select f.organization_id, x.id from flow_execution x join flow f on f.id = x.flow_id) t"
                    + " join flow_execution e on e.id = t.flow_execution_id"
                    + " where $1 in (t.organization_id, e.organization_id) and t.organization_id <> e.organization_id"),
    ONE_DELIVERY_OF_THE_SAME_DATA(
            "one delivery of the same data",
            "select w.task_name from webhook_data w join flow_execution e on e.id = w.flow_execution_id"
                    + " where e.organization_id = $1 and w.generation >= e.floor"
                    + " group by w.flow_execution_id, w.task_name, w.digest having count(*) > 1"),
    /**
     * For generations that came to their end without a failure: what was planned is what happened. A result that an older
     * one has kept may have been kept again since.
     */
    WHAT_WAS_PLANNED_IS_WHAT_RAN(
            "what was planned is what ran",
            "select p.task ->> 'task_name' from flow_execution e join generation g on g.flow_execution_id = e.id"
                    + " cross join lateral json_array_elements(g.plan) as p (task)"
                    + " cross join lateral (select count(*) filter (where t.generation = g.generation) as ran,"
                    + " count(*) filter (where t.generation < g.generation and t.cut_off_in >= g.generation) as kept"
                    + " from task_execution t where t.flow_execution_id = e.id"
                    + " and t.task_name = p.task ->> 'task_name') done where e.organization_id = $1"
                    + " and g.end_reason = 'completed' and g.purged_at is null and not case p.task ->> 'action'"
                    + " when 'run' then done.ran >= 1 when 'run_if_changed' then done.ran + done.kept >= 1"
                    + " and (done.ran = 0 or done.kept = 0) else done.ran = 0 end"),
    /** For results that a generation has reused or kept: they are made from what their dependencies are now. */
    REUSED_RESULTS_ARE_CONSISTENT(
            "reused results are consistent",
            "with current as (select distinct on (t.flow_execution_id, t.task_name) t.* from task_execution t"
                    + " join flow_execution e on e.id = t.flow_execution_id and t.generation >= e.floor"
                    + " where e.organization_id = $1 and e.status = 'completed' and t.processing_status = 'completed'"
                    + " order by t.flow_execution_id, t.task_name, t.task_execution_idx desc)"
                    + " select c.task_name from current c cross join lateral json_each(c.consumed) as d (name, of)"
                    + " left join current u on u.flow_execution_id = c.flow_execution_id and u.task_name = d.name"
                    + " where c.edited_status = 'not_edited' and u.id is not null and ((d.of ->> 0)::int"
                    + " <> u.task_execution_idx or (d.of ->> 1)::int <> u.edit_revision)");

    private final String text;
    private final String violations;

    Invariant(String text, String violations) {
        this.text = text;
        this.violations = violations;
    }

    /** A query for the executions, or their tasks, for which it does not hold; $1 is their organization. */
    public String violations() {
        return violations;
    }

    @Override
    public String toString() {
        return text;
    }
}
