package dev.reflow.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What holds for every execution at any time, counted from the database. Each query answers the executions, or their
 * tasks, for which it does not hold.
 */
@ApplicationScoped
public class Invariants {
    private static final String GENERATIONS_HAVE_NO_GAP =
            "select e.id::text from flow_execution e where e.organization_id = $1 and (e.generation <> (select count(*)"
                    + " from generation g where g.flow_execution_id = e.id) or e.generation <> (select max(generation)"
                    + " from generation g where g.flow_execution_id = e.id))";
    private static final String AT_MOST_THE_NEWEST_IS_ACTIVE =
            "select e.id::text from flow_execution e join generation g on g.flow_execution_id = e.id"
                    + " and g.generation = e.generation where e.organization_id = $1"
                    + " and e.active <> (g.end_reason is null)";
    private static final String ONE_RESULT_OF_A_TASK_IN_A_GENERATION =
            "select t.task_name from task_execution t where t.organization_id = $1 and t.processing_status = 'completed'"
                    + " group by t.flow_execution_id, t.generation, t.task_name having count(*) > 1";
    private static final String RESULTS_BELONG_TO_A_GENERATION_THAT_WAS =
            "select t.task_name from task_execution t join flow_execution e on e.id = t.flow_execution_id"
                    + " where e.organization_id = $1 and t.generation > e.generation";
    /** Somebody outside has to do something, and has not yet. */
    private static final String AWAITED = "select coalesce(bool_and(not exists (select from webhook_data w"
            + " where w.flow_execution_id = e.id and w.task_name = t.task_name and w.generation >= e.floor)), false)"
            + " from task_execution t where t.flow_execution_id = e.id and t.generation = e.generation"
            + " and t.processing_status = 'awaiting_input'";

    private static final String NOTHING_IS_STUCK =
            "select e.id::text from flow_execution e left join engine_node n on n.id = e.owner"
                    + " where e.organization_id = $1 and e.active and not (coalesce(n.state = 'alive', false)"
                    + " or (e.owner is null and (e.wake_at is not null or e.queued_at is not null or (" + AWAITED
                    + "))))";
    private static final String NOTHING_RUNS_WITHOUT_A_GENERATION =
            "select e.id::text from flow_execution e where e.organization_id = $1 and not e.active"
                    + " and (e.owner is not null or e.wake_at is not null or cardinality(e.uninterruptible_tasks) > 0)";
    private static final String ONE_KEY_ONE_GENERATION =
            "select g.idempotency_key from generation g join flow_execution e on e.id = g.flow_execution_id"
                    + " where e.organization_id = $1 group by g.flow_execution_id, g.idempotency_key having count(*) > 1";
    private static final String TASKS_BELONG_TO_THE_ORGANIZATION =
            "select t.task_name from task_execution t join flow_execution e on e.id = t.flow_execution_id"
                    + " where $1 in (t.organization_id, e.organization_id) and t.organization_id <> e.organization_id";
    private static final String ONE_DELIVERY_OF_THE_SAME_DATA =
            "select w.task_name from webhook_data w join flow_execution e on e.id = w.flow_execution_id"
                    + " where e.organization_id = $1 and w.generation >= e.floor"
                    + " group by w.flow_execution_id, w.task_name, w.digest having count(*) > 1";
    /** For generations that came to their end without a failure: what was planned is what happened. */
    private static final String WHAT_WAS_PLANNED_IS_WHAT_RAN =
            "select p.task ->> 'task_name' from flow_execution e join generation g on g.flow_execution_id = e.id"
                    + " and g.generation = e.generation cross join lateral json_array_elements(g.plan) as p (task)"
                    + " cross join lateral (select count(*) filter (where t.generation = g.generation) as ran,"
                    + " count(*) filter (where t.cut_off_in = g.generation) as kept from task_execution t"
                    + " where t.flow_execution_id = e.id and t.task_name = p.task ->> 'task_name') done"
                    + " where e.organization_id = $1 and g.end_reason = 'completed' and not case p.task ->> 'action'"
                    + " when 'run' then done.ran >= 1 when 'run_if_changed' then done.ran + done.kept >= 1"
                    + " and (done.ran = 0 or done.kept = 0) else done.ran = 0 end";
    /** For results that a generation has reused or kept: they are made from what their dependencies are now. */
    private static final String REUSED_RESULTS_ARE_CONSISTENT =
            "with current as (select distinct on (t.flow_execution_id, t.task_name) t.* from task_execution t"
                    + " join flow_execution e on e.id = t.flow_execution_id and t.generation >= e.floor"
                    + " where e.organization_id = $1 and e.status = 'completed' and t.processing_status = 'completed'"
                    + " order by t.flow_execution_id, t.task_name, t.task_execution_idx desc)"
                    + " select c.task_name from current c cross join lateral json_each(c.consumed) as d (name, of)"
                    + " left join current u on u.flow_execution_id = c.flow_execution_id and u.task_name = d.name"
                    + " where c.edited_status = 'not_edited' and u.id is not null and ((d.of ->> 0)::int"
                    + " <> u.task_execution_idx or (d.of ->> 1)::int <> u.edit_revision)";

    private final Pool pool;

    Invariants(Pool pool) {
        this.pool = pool;
    }

    /** Checks all executions of an organization. */
    public void check(UUID organization) {
        holds("generations have no gap", GENERATIONS_HAVE_NO_GAP, organization);
        holds("at most the newest generation is active", AT_MOST_THE_NEWEST_IS_ACTIVE, organization);
        holds("one result of a task in a generation", ONE_RESULT_OF_A_TASK_IN_A_GENERATION, organization);
        holds("results belong to a generation that was", RESULTS_BELONG_TO_A_GENERATION_THAT_WAS, organization);
        holds("nothing is stuck", NOTHING_IS_STUCK, organization);
        holds("nothing runs without a generation", NOTHING_RUNS_WITHOUT_A_GENERATION, organization);
        holds("one key, one generation", ONE_KEY_ONE_GENERATION, organization);
        holds("tasks belong to the organization", TASKS_BELONG_TO_THE_ORGANIZATION, organization);
        holds("one delivery of the same data", ONE_DELIVERY_OF_THE_SAME_DATA, organization);
        holds("what was planned is what ran", WHAT_WAS_PLANNED_IS_WHAT_RAN, organization);
        holds("reused results are consistent", REUSED_RESULTS_ARE_CONSISTENT, organization);
    }

    private void holds(String invariant, String violations, UUID organization) {
        List<String> found = new ArrayList<>();
        for (Row row : pool.preparedQuery(violations)
                .execute(Tuple.of(organization))
                .await()
                .indefinitely()) {
            found.add(row.getString(0));
        }
        assertThat(found).as(invariant).isEmpty();
    }
}
