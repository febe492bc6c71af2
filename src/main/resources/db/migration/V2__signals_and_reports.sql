-- What was sent to tasks that wait for it. It belongs to the generation that was the newest when it came; a wait takes
-- the newest at or above the floor.
create table webhook_data (
    id uuid primary key,
    organization_id uuid not null references organization,
    flow_execution_id uuid not null references flow_execution,
    task_name text not null,
    generation int not null,
    -- Counts an execution's deliveries: which one is the newest.
    delivery int not null,
    data json not null,
    -- SHA-256 of the data in canonical form: the same data again is a duplicate.
    digest bytea not null,
    received_by text not null,
    received_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    unique (flow_execution_id, delivery)
);
create index webhook_data_newest on webhook_data (flow_execution_id, task_name, delivery desc);

-- The worker that reported an attempt; null for the engine's own.
alter table task_execution add column reported_by text;
create index task_execution_reported on task_execution (flow_execution_id, generation) where reported_by is not null;
