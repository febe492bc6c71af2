-- Writes the events of executions and tasks, in the transaction of the change: no event without a change, no change
-- without an event, whichever statement makes it. Triggers per row, because most writes of an execution's row leave its
-- status alone, and a condition of a row's trigger costs nothing where it does not hold. Nothing is told of a deleted
-- execution but its deletion.

create or replace function log_execution_event() returns trigger
language plpgsql as $$
begin
    insert into execution_event (organization_id, flow_id, flow_execution_id, generation, status)
    values (new.organization_id, new.flow_id, new.id, new.generation, new.status);
    return null;
end
$$;

create or replace function log_task_event() returns trigger
language plpgsql as $$
begin
    insert into execution_event (organization_id, flow_id, flow_execution_id, generation, status, task_execution_id,
        task_name, task_execution_idx, processing_status)
    select e.organization_id, e.flow_id, e.id, new.generation, e.status, new.id, new.task_name, new.task_execution_idx,
        new.processing_status
    from flow_execution e where e.id = new.flow_execution_id and e.deleted_at is null;
    return null;
end
$$;

create or replace trigger flow_execution_started after insert on flow_execution
    for each row execute function log_execution_event();

create or replace trigger flow_execution_moved after update on flow_execution
    for each row when (old.status <> new.status or old.generation <> new.generation)
    execute function log_execution_event();

create or replace trigger task_execution_begun after insert on task_execution
    for each row execute function log_task_event();

create or replace trigger task_execution_moved after update on task_execution
    for each row when (old.processing_status <> new.processing_status)
    execute function log_task_event();

-- Removes events that are older, of the oldest ones. Each call looks at the first of them only.
create or replace function purge_events(p_older_than interval, p_limit int) returns int
language plpgsql as $$
declare
    v_purged int;
begin
    delete from execution_event where ctid = any (array(
        select oldest.ctid from (
            select e.ctid, e.at from execution_event e order by e.xact limit p_limit) oldest
        where oldest.at < clock_timestamp() - p_older_than));
    get diagnostics v_purged = row_count;
    return v_purged;
end
$$;
