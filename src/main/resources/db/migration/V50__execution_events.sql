-- What became of executions and their tasks, one row per change of a status: what clients are told while it happens,
-- and what they can read up on for some time afterwards. Written by triggers, see R__events.sql.
create table execution_event (
    -- Rises in commit order within an execution, because it is drawn while the execution's row is locked. Not so
    -- between executions: there, a lower number can become visible later.
    id bigint generated always as identity,
    organization_id uuid not null,
    flow_id uuid not null,
    flow_execution_id uuid not null,
    generation int not null,
    status text not null,
    -- Set when the change is one of a task.
    task_execution_id uuid,
    task_name text,
    task_execution_idx int,
    processing_status text,
    at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    -- What tells whether a reader's last snapshot has seen the row already.
    xact xid8 not null default pg_current_xact_id(),
    primary key (flow_execution_id, id)
);
create index execution_event_tail on execution_event (xact);
select isolate('execution_event');
