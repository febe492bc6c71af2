-- What workers said of how far a task has come, in their own words; never changed.
create table task_status (
    id uuid primary key,
    -- In which order it was said.
    number bigint generated always as identity,
    organization_id uuid not null references organization,
    flow_execution_id uuid not null references flow_execution,
    -- The newest one when it was said.
    generation int not null,
    task_name text not null,
    status text,
    reported_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);
create index task_status_newest on task_status (flow_execution_id, generation, task_name, number desc);

-- Outputs that workers sent, as they sent them. Those of the attempts are not copied here.
create table task_output (
    organization_id uuid not null references organization,
    -- The worker's, if it gave one.
    id uuid not null,
    flow_execution_id uuid not null references flow_execution,
    -- The newest one when it came.
    generation int not null,
    flow_version int not null,
    task_name text not null,
    summary json,
    output json,
    tags json,
    processing_status text not null check (processing_status in ('queued', 'running', 'completed', 'failed', 'deleted',
        'awaiting_input', 'cancel_requested', 'cancelled')),
    edited_status text not null check (edited_status in ('not_edited', 'edited')),
    stale_status text not null check (stale_status in ('consistent', 'stale')),
    error json,
    modified_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    primary key (organization_id, id)
);
create index task_output_list on task_output (organization_id, created_at desc, id desc);
