-- What people and programs pin to the tasks of an execution, whether or not its version has such a task.
create table task_tag (
    id uuid primary key default gen_random_uuid(),
    -- In which order they were added.
    number bigint generated always as identity,
    organization_id uuid not null references organization,
    flow_execution_id uuid not null references flow_execution,
    -- Both of the execution, where they never change: for the list of a flow's executions.
    flow_id uuid not null,
    execution_created_at timestamptz not null,
    task_name text not null,
    tag text not null,
    tag_type text not null,
    -- As lists are filtered by it. An index on the expression alone could not answer a query without the rows.
    key text not null generated always as (tag_type || ':' || tag) stored,
    tag_metadata json,
    -- SHA-256 of the metadata in canonical form: equal metadata is the same tag.
    metadata_digest bytea not null,
    modified_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    deleted_at timestamptz
);
create unique index task_tag_identity on task_tag (flow_execution_id, task_name, tag, tag_type, metadata_digest)
    where deleted_at is null;
-- Executions by a tag of their tasks, in the order of their creation.
create index task_tag_filter on task_tag (flow_id, key, execution_created_at, flow_execution_id) where deleted_at is null;
