-- Payloads are json, not jsonb: they are handed back as they came, with their field order and their numbers.

create table organization (
    id uuid primary key,
    name text not null,
    -- How many executions may run at a time; null for any number.
    max_concurrent_executions int check (max_concurrent_executions > 0),
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);

create table service_account (
    id uuid primary key,
    organization_id uuid not null references organization,
    name text not null,
    description text,
    status text not null default 'active' check (status in ('active', 'inactive')),
    modified_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);

create table api_key (
    id uuid primary key,
    organization_id uuid not null references organization,
    service_account_id uuid not null references service_account on delete cascade,
    name text not null,
    description text,
    -- What a key is looked up by; the key itself is not kept, only its SHA-256.
    token_prefix text not null,
    token_hash bytea not null,
    roles text[] not null,
    modified_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    deleted_at timestamptz
);
create index api_key_by_prefix on api_key (token_prefix) where deleted_at is null;
create unique index api_key_by_hash on api_key (token_hash) where deleted_at is null;

create table flow (
    id uuid primary key,
    organization_id uuid not null references organization,
    display_name text not null,
    description text,
    status text not null default 'draft',
    visibility text not null default 'organization' check (visibility in ('private', 'organization', 'public')),
    settings json,
    tags text[] not null default '{}',
    latest_version int not null default 1,
    -- Counts executions as they are created, deleted ones included: the next one's run number.
    executions_count int not null default 0,
    -- The newest version that was published while the flow's executions were to follow; 0 for none.
    reexecute_below int not null default 0,
    created_by text not null,
    modified_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    deleted_at timestamptz
);
create index flow_reexecute on flow (id) where reexecute_below > 0;
create index flow_list on flow (organization_id, created_at desc, id desc) where deleted_at is null;

create table flow_version (
    flow_id uuid not null references flow,
    version int not null check (version > 0),
    definition json not null,
    name text,
    is_favourite boolean not null default false,
    modified_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    primary key (flow_id, version)
);

-- One row per process that runs, or ran, an engine.
create table engine_node (
    id uuid primary key,
    state text not null default 'alive' check (state in ('alive', 'dead')),
    heartbeat_at timestamptz not null default clock_timestamp(),
    started_at timestamptz not null default clock_timestamp()
);

create table flow_execution (
    id uuid primary key,
    organization_id uuid not null references organization,
    flow_id uuid not null references flow,
    flow_version int not null,
    -- A label for clients; the engine never reads it.
    status text not null check (status in ('queued', 'running', 'completed', 'failed', 'deleted', 'stale', 'edited',
        'awaiting_input', 'cancel_requested', 'cancelled')),
    input json not null,
    input_task_name text not null,
    triggered_task_executor_name text,
    run_number int not null,
    -- The newest generation, and the lowest one whose results still count.
    generation int not null default 1,
    floor int not null default 1 check (floor <= generation),
    -- Whether the newest generation has not ended.
    active boolean not null default true,
    cancel_requested boolean not null default false,
    -- Rises with whatever can change a plan.
    revision bigint not null default 0,
    -- Rises whenever the work changes hands; with owner it is what a writer has to prove.
    lease bigint not null default 0,
    owner uuid,
    -- When an active generation without an owner is to be taken up; null while it is queued or waits for a person.
    wake_at timestamptz,
    -- Since when it waits for its organization's limit; null when it does not.
    queued_at timestamptz,
    -- Tasks that run now and must not be interrupted.
    uninterruptible_tasks text[] not null default '{}',
    created_by text not null,
    modified_by text not null,
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    finished_at timestamptz,
    deleted_at timestamptz,
    unique (flow_id, run_number)
);
create index flow_execution_list on flow_execution (flow_id, created_at desc, id desc) where deleted_at is null;
create index flow_execution_list_updated on flow_execution (flow_id, updated_at desc, id desc) where deleted_at is null;
create index flow_execution_outdated on flow_execution (flow_id, flow_version) where not active and deleted_at is null;
create index flow_execution_claim on flow_execution (wake_at) where active and owner is null;
create index flow_execution_queue on flow_execution (organization_id, queued_at, id) where queued_at is not null;
create index flow_execution_owner on flow_execution (owner) where owner is not null;

create table generation (
    flow_execution_id uuid not null references flow_execution,
    generation int not null check (generation > 0),
    mode text not null check (mode in ('first', 'full', 'stale_only')),
    flow_version_from int not null,
    flow_version_to int not null,
    requested_by text not null,
    requested_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    idempotency_key text not null,
    started_at timestamptz,
    finished_at timestamptz,
    -- Made once, before the first effect.
    plan json,
    tasks_run int not null default 0,
    tasks_reused int not null default 0,
    tasks_cut_off int not null default 0,
    tasks_failed int not null default 0,
    -- When the attempts that it alone had were purged; its counts were written then, if not before.
    purged_at timestamptz,
    -- 'superseded' is not written: it follows from a later generation being there.
    end_reason text check (end_reason in ('completed', 'failed', 'cancelled')),
    -- Why it failed, where no task can say so.
    end_message text,
    primary key (flow_execution_id, generation),
    unique (flow_execution_id, idempotency_key)
);

create index generation_unpurged on generation (flow_execution_id, generation) where purged_at is null;

create table task_execution (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organization,
    flow_execution_id uuid not null references flow_execution,
    generation int not null,
    flow_version int not null,
    task_name text not null,
    task_execution_idx int not null check (task_execution_idx >= 0),
    processing_status text not null check (processing_status in ('queued', 'running', 'completed', 'failed', 'deleted',
        'awaiting_input', 'cancel_requested', 'cancelled')),
    edited_status text not null default 'not_edited'
        check (edited_status in ('not_edited', 'edited_not_reexecuted', 'edited_reexecuted')),
    -- What a person asked for. That a result is stale for any other reason is derived, never stored.
    marked_stale boolean not null default false,
    edit_revision int not null default 0,
    edited_in int not null default 0,
    -- What an edit replaced while generation edited_in was active: that generation goes on with this.
    unedited_status text,
    unedited_revision int,
    unedited_output json,
    input json,
    output json,
    error json,
    source_task_executions json,
    -- Of each dependency: which attempt, in which edit, this result was made from.
    consumed json not null default '{}',
    fingerprint text,
    cut_off_in int not null default 0,
    wake_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    modified_by text not null default 'system',
    created_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    unique (flow_execution_id, task_name, task_execution_idx)
);
create unique index task_execution_one_result on task_execution (flow_execution_id, generation, task_name)
    where processing_status = 'completed';
create index task_execution_current on task_execution (flow_execution_id, generation);
create index task_execution_list on task_execution (organization_id, created_at desc, id desc);
create index task_execution_unfinished on task_execution (flow_execution_id, generation)
    where processing_status in ('queued', 'running', 'awaiting_input', 'cancel_requested');
create index task_execution_edited on task_execution (flow_execution_id)
    where edited_status = 'edited_not_reexecuted';
