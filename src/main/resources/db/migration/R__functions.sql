-- What has to be decided under a lock. Each function locks the execution rows first, in id order, and decides in a
-- second statement: one statement sees one snapshot, so what committed while it waited for the lock would be missed.

-- A row's next updated_at: in milliseconds, and later than the one before.
create or replace function next_updated_at(before timestamptz) returns timestamptz
language sql volatile as $$
    select greatest(date_trunc('milliseconds', clock_timestamp()), before + interval '1 millisecond')
$$;

-- Says who has changed things of an organization; whoever changes them calls it in the same transaction. Who it was is a
-- JSON object: subject, name, credential, operation, request_id. Where generations begin it may have a trace_parent.
create or replace function record_change(p_organization uuid, p_things uuid[], p_by text) returns void
language sql volatile as $$
    insert into audit_event (organization_id, subject, name, credential, operation, request_id, thing_id)
    select p_organization, b.subject, b.name, b.credential, b.operation, b.request_id, thing
    from json_to_record(p_by::json) as b (subject text, name text, credential text, operation text, request_id text)
    cross join unnest(p_things) as thing
$$;

-- Restarts executions. Each element of the arrays is one request; there is at most one per execution in a call.
-- Outcomes: not_found, forbidden, replayed, other_mode (of the key), precondition_failed, conflict, accepted.
-- Interrupted: another owner than the new one worked on what was replaced.
create or replace function re_execute(
    p_execution uuid[], p_organization uuid[], p_requested_by text[], p_subject text[], p_sees_private boolean[],
    p_mode text[], p_idempotency_key text[], p_if_match text[], p_owner uuid[], p_by text[]
) returns table (ord int, outcome text, generation int, lease bigint, owner uuid, running_tasks text[],
    interrupted boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    perform 1 from flow_execution e where e.id = any (p_execution) order by e.id for no key update;

    return query
    with request as (
        select * from unnest(p_execution, p_organization, p_requested_by, p_subject, p_sees_private, p_mode,
            p_idempotency_key, p_if_match, p_owner, p_by) with ordinality
            as r (execution, organization, requested_by, subject, sees_private, mode, idempotency_key, if_match, owner,
                by, ord)
    ), decided as (
        select r.*, e.flow_version, f.latest_version, e.generation as before, e.floor,
            e.uninterruptible_tasks, used.generation as used_generation,
            e.owner is not null and e.owner is distinct from r.owner as interrupted,
            case
                when e.id is null then 'not_found'
                when f.visibility = 'private' and f.creator is distinct from r.subject and not r.sees_private
                    then 'forbidden'
                when used.mode = r.mode then 'replayed'
                when used.mode is not null then 'other_mode'
                when r.if_match is not null
                    and r.if_match <> concat_ws('.', r.mode, e.generation, e.revision, f.latest_version)
                    then 'precondition_failed'
                when e.active and cardinality(e.uninterruptible_tasks) > 0
                    and exists (select from engine_node n where n.id = e.owner and n.state = 'alive') then 'conflict'
                else 'accepted'
            end as outcome
        from request r
        left join flow_execution e
            on e.id = r.execution and e.organization_id = r.organization and e.deleted_at is null
        left join flow f on f.id = e.flow_id
        left join generation used
            on used.flow_execution_id = r.execution and used.idempotency_key = r.idempotency_key
    ), moved as (
        update flow_execution e set
            generation = e.generation + 1,
            floor = case d.mode when 'full' then e.generation + 1 else e.floor end,
            flow_version = d.latest_version,
            status = 'running', active = true, cancel_requested = false, uninterruptible_tasks = '{}',
            revision = e.revision + 1, lease = e.lease + 1, owner = d.owner,
            wake_at = clock_timestamp(), queued_at = null, finished_at = null,
            modified_by = d.requested_by, updated_at = next_updated_at(e.updated_at)
        from decided d
        where d.outcome = 'accepted' and e.id = d.execution
        returning e.id, e.generation, e.lease
    ), added as (
        insert into generation (flow_execution_id, generation, mode, flow_version_from, flow_version_to, requested_by,
            idempotency_key, request_id, trace_parent)
        select d.execution, d.before + 1, d.mode, d.flow_version, d.latest_version, d.requested_by, d.idempotency_key,
            d.by::json ->> 'request_id', d.by::json ->> 'trace_parent'
        from decided d where d.outcome = 'accepted'
    ), recorded as (
        insert into audit_event (organization_id, subject, name, credential, operation, request_id, thing_id)
        select d.organization, b.subject, b.name, b.credential, b.operation, b.request_id, d.execution
        from decided d cross join json_to_record(d.by::json)
            as b (subject text, name text, credential text, operation text, request_id text)
        where d.outcome = 'accepted'
    )
    select d.ord::int, d.outcome,
        coalesce(m.generation, case when d.outcome in ('replayed', 'other_mode') then d.used_generation end), m.lease,
        case when m.id is not null then d.owner end, d.uninterruptible_tasks,
        m.id is not null and d.interrupted
    from decided d left join moved m on m.id = d.execution
    order by d.ord;
end
$$;

-- Asks for an execution's end. Outcomes: not_found, forbidden, finished (nothing to cancel), accepted. Like the start it
-- is a transaction of one call, which names its organization itself.
create or replace function cancel_execution(
    p_execution uuid, p_organization uuid, p_requested_by text, p_subject text, p_sees_private boolean, p_by text
) returns table (outcome text, generation int, lease bigint, owner uuid)
language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('reflow.organization', p_organization::text, true);
    perform 1 from flow_execution e where e.id = p_execution for no key update;

    return query
    with decided as (
        select e.id, case
            when f.visibility = 'private' and f.creator is distinct from p_subject and not p_sees_private then 'forbidden'
            when not e.active then 'finished'
            else 'accepted' end as outcome
        from flow_execution e join flow f on f.id = e.flow_id
        where e.id = p_execution and e.organization_id = p_organization and e.deleted_at is null
    ), moved as (
        update flow_execution e set
            cancel_requested = true, status = 'cancel_requested',
            revision = e.revision + 1,
            wake_at = clock_timestamp(), queued_at = null,
            modified_by = p_requested_by, updated_at = next_updated_at(e.updated_at)
        from decided d where d.outcome = 'accepted' and e.id = d.id
        returning e.id, e.generation, e.lease, e.owner
    ), recorded as (
        insert into audit_event (organization_id, subject, name, credential, operation, request_id, thing_id)
        select p_organization, b.subject, b.name, b.credential, b.operation, b.request_id, m.id
        from moved m cross join json_to_record(p_by::json)
            as b (subject text, name text, credential text, operation text, request_id text)
    )
    select coalesce(d.outcome, 'not_found'), m.generation, m.lease, m.owner
    from (select 1) as one left join decided d on true left join moved m on true;
end
$$;

-- Hides an execution. What runs for it goes on. What waits for room, or for somebody outside who cannot reach it any
-- more, is cancelled: it would otherwise start unseen, or count toward the organization's limit for good. The flow, which
-- counts its executions, is locked before the execution, as everywhere.
create or replace function delete_execution(p_execution uuid, p_organization uuid, p_author text) returns setof uuid
language sql as $$
    select 1 from flow f where f.id = (
        select e.flow_id from flow_execution e
        where e.id = p_execution and e.organization_id = p_organization and e.deleted_at is null)
    for no key update;
    select 1 from flow_execution e where e.id = p_execution for no key update; -- its tags are those of now
    with deleted as (
        update flow_execution e set deleted_at = clock_timestamp(), status = 'deleted',
            cancel_requested = e.cancel_requested or e.active and e.owner is null and e.wake_at is null,
            wake_at = case when e.active and e.owner is null then coalesce(e.wake_at, clock_timestamp())
                else e.wake_at end,
            queued_at = null,
            modified_by = p_author, updated_at = next_updated_at(e.updated_at)
        where e.id = p_execution and e.organization_id = p_organization and e.deleted_at is null
        returning e.id, e.flow_id
    ), hidden as (
        update task_tag t set deleted_at = clock_timestamp(), modified_by = p_author,
            updated_at = next_updated_at(t.updated_at)
        from deleted d where t.flow_execution_id = d.id and t.deleted_at is null
    )
    update flow f set deleted_executions_count = f.deleted_executions_count + 1 from deleted d where f.id = d.flow_id
    returning d.id
$$;

-- How many executions of an organization count toward its limit.
create or replace function running_executions(p_organization uuid) returns bigint
language sql stable as $$
    select count(*) from flow_execution where organization_id = p_organization and active and queued_at is null
$$;

-- Creates an execution with its first generation. The flow's row gives it the next run number.
create or replace function start_execution(
    p_execution uuid, p_organization uuid, p_flow uuid, p_flow_version int, p_input text, p_input_task_name text,
    p_triggered_task_executor_name text, p_requested_by text, p_idempotency_key text, p_owner uuid,
    p_by text
) returns table (lease bigint, owner uuid, status text)
language plpgsql as $$
#variable_conflict use_column
declare
    v_limit int;
    v_number int;
    v_created_at timestamptz;
    v_queued boolean := false;
begin
    perform set_config('reflow.organization', p_organization::text, true);
    select max_concurrent_executions into v_limit from organization where id = p_organization;
    if v_limit is not null then
        perform 1 from organization where id = p_organization for no key update;
        v_queued := running_executions(p_organization) >= v_limit
            or exists (select from flow_execution e where e.organization_id = p_organization and queued_at is not null);
    end if;
    update flow f set executions_count = f.executions_count + 1
    where f.id = p_flow and f.organization_id = p_organization and f.deleted_at is null
    returning f.executions_count into v_number;
    if v_number is null then
        return;
    end if;
    v_created_at := greatest(date_trunc('milliseconds', clock_timestamp()), (
        select e.created_at from flow_execution e where e.flow_id = p_flow and e.run_number = v_number - 1));
    insert into flow_execution (id, organization_id, flow_id, flow_version, status, input, input_task_name,
        triggered_task_executor_name, run_number, lease, owner, wake_at, queued_at, created_by, modified_by, created_at,
        updated_at)
    values (p_execution, p_organization, p_flow, p_flow_version,
        case when v_queued then 'queued' else 'running' end, p_input::json, p_input_task_name,
        p_triggered_task_executor_name, v_number, 1, case when v_queued then null else p_owner end,
        case when not v_queued then clock_timestamp() end, case when v_queued then clock_timestamp() end,
        p_requested_by, p_requested_by, v_created_at, v_created_at);
    insert into generation (flow_execution_id, generation, mode, flow_version_from, flow_version_to, requested_by,
        idempotency_key, request_id, trace_parent)
    values (p_execution, 1, 'first', p_flow_version, p_flow_version, p_requested_by, p_idempotency_key,
        p_by::json ->> 'request_id', p_by::json ->> 'trace_parent');
    perform record_change(p_organization, array[p_execution], p_by);
    return query select e.lease, e.owner, e.status from flow_execution e where e.id = p_execution;
end
$$;

-- What an attempt has come to. One that failed and is followed by another one has come to nothing yet.
create or replace function what_came(p_status text, p_wake_at timestamptz) returns text
language sql immutable as $$
    select case when p_status = 'completed' or p_status = 'failed' and p_wake_at is null then p_status
        else 'unfinished' end
$$;

-- How many tasks a generation has run so far, and how many of them have failed, whatever a person has made of them since.
create or replace function count_tasks(p_execution uuid, p_generation int, out run int, out failed int)
language sql stable as $$
    select count(*) filter (where task.run), count(*) filter (where task.failed and not task.run)
    from (
        select bool_or(came.came_to = 'completed') as run, bool_or(came.came_to = 'failed') as failed
        from task_execution t
        cross join lateral (select coalesce(t.came_to, what_came(t.processing_status, t.wake_at)) as came_to) came
        where t.flow_execution_id = p_execution and t.generation = p_generation
        group by t.task_name
    ) task
$$;

-- Writes what a person made of an attempt, whose execution the caller has locked. While a generation is active, it goes
-- on with what the first edit of its time has found.
create or replace function edit_task(p_execution uuid, p_task_execution uuid, p_status text, p_edited_status text,
    p_marked_stale boolean, p_edit_revision int, p_edited_in int, p_output text, p_execution_status text, p_author text)
returns void
language plpgsql as $$
declare
    v_active boolean;
begin
    update flow_execution set status = p_execution_status, revision = revision + 1, modified_by = p_author,
        updated_at = next_updated_at(updated_at)
    where id = p_execution returning active into v_active;

    update task_execution set unedited_status = case when v_active then processing_status end,
        unedited_revision = edit_revision, unedited_output = output
    where id = p_task_execution
        and (not v_active or edited_in < p_edited_in or unedited_status is null);

    update task_execution set came_to = coalesce(came_to, what_came(processing_status, wake_at)),
        processing_status = p_status, edited_status = p_edited_status,
        marked_stale = p_marked_stale, edit_revision = p_edit_revision, edited_in = p_edited_in,
        output = p_output::json, error = case when p_status = 'completed' then null else error end, wake_at = null,
        completed_at = coalesce(completed_at, date_trunc('milliseconds', clock_timestamp())),
        modified_by = p_author, updated_at = next_updated_at(updated_at)
    where id = p_task_execution;
end
$$;

-- Says that something has come from outside: the active generation has to look again, and is taken up at once if it was
-- laid aside.
create or replace function signal_execution(p_execution uuid, p_author text) returns void
language sql as $$
    update flow_execution set revision = revision + 1,
        wake_at = case when active and owner is null and queued_at is null then clock_timestamp() else wake_at end,
        status = case status when 'awaiting_input' then 'running' else status end,
        modified_by = p_author, updated_at = next_updated_at(updated_at)
    where id = p_execution
$$;

-- Keeps what was sent to a task of an execution that the caller has locked.
create or replace function receive_webhook_data(p_execution uuid, p_task text, p_data text, p_digest bytea,
    p_author text) returns uuid
language plpgsql as $$
declare
    v_id uuid := gen_random_uuid();
begin
    insert into webhook_data (id, organization_id, flow_execution_id, task_name, generation, delivery, data, digest,
        received_by)
    select v_id, e.organization_id, e.id, p_task, e.generation,
        1 + coalesce((select max(w.delivery) from webhook_data w where w.flow_execution_id = e.id), 0),
        p_data::json, p_digest, p_author
    from flow_execution e where e.id = p_execution;
    perform signal_execution(p_execution, p_author);
    return v_id;
end
$$;

-- Writes what a worker says of an attempt of an execution that the caller has locked.
create or replace function report_task(p_execution uuid, p_task text, p_idx int, p_status text, p_input text,
    p_output text, p_error text, p_source_task_executions text, p_consumed text, p_started_at timestamptz,
    p_completed_at timestamptz, p_author text) returns uuid
language plpgsql as $$
declare
    v_id uuid;
begin
    insert into task_execution as t (organization_id, flow_execution_id, generation, flow_version, task_name,
        task_execution_idx, processing_status, input, output, error, source_task_executions, consumed, started_at,
        completed_at, modified_by, reported_by)
    select e.organization_id, e.id, e.generation, e.flow_version, p_task, p_idx, p_status, p_input::json,
        p_output::json, p_error::json, p_source_task_executions::json, p_consumed::json, p_started_at,
        coalesce(p_completed_at, case when p_status in ('completed', 'failed')
            then date_trunc('milliseconds', clock_timestamp()) end),
        p_author, p_author
    from flow_execution e where e.id = p_execution
    on conflict (flow_execution_id, task_name, task_execution_idx) do update set
        processing_status = excluded.processing_status, input = excluded.input, output = excluded.output,
        error = excluded.error, source_task_executions = excluded.source_task_executions,
        consumed = excluded.consumed, fingerprint = null, started_at = excluded.started_at,
        completed_at = excluded.completed_at,
        wake_at = case when p_status in ('completed', 'failed', 'cancelled', 'deleted') then null else t.wake_at end,
        modified_by = excluded.modified_by, reported_by = excluded.reported_by,
        updated_at = next_updated_at(t.updated_at)
    returning t.id into v_id;
    perform signal_execution(p_execution, p_author);
    return v_id;
end
$$;

-- Keeps what a worker says of tasks of an execution: all of it, or nothing and no time when there is no such execution.
-- A task that waits is shown on a running execution until nothing waits any more, be it by what workers said last or by
-- what is written of the attempts.
create or replace function report_task_statuses(p_execution uuid, p_organization uuid, p_id uuid[], p_task text[],
    p_status text[], p_author text) returns timestamptz
language plpgsql as $$
declare
    v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
    v_generation int;
    v_waits boolean;
begin
    select e.generation into v_generation from flow_execution e
    where e.id = p_execution and e.organization_id = p_organization and e.deleted_at is null for no key update;
    if not found then
        return null;
    end if;
    insert into task_status (id, organization_id, flow_execution_id, generation, task_name, status, reported_by,
        created_at)
    select r.id, p_organization, p_execution, v_generation, r.task, r.status, p_author, v_now
    from unnest(p_id, p_task, p_status) with ordinality as r (id, task, status, ord) order by r.ord;

    select coalesce(bool_or(s.status = 'awaiting_input' and (s.task_name = any (p_task) or not exists (
        select from task_execution t
        where t.flow_execution_id = p_execution and t.generation = v_generation and t.task_name = s.task_name
            and t.processing_status in ('completed', 'failed')))), false)
    into v_waits
    from (select distinct on (task_name) task_name, status from task_status
        where flow_execution_id = p_execution and generation = v_generation
        order by task_name, number desc) s;

    update flow_execution e set status = case when v_waits then 'awaiting_input' else 'running' end,
        modified_by = p_author, updated_at = next_updated_at(e.updated_at)
    where e.id = p_execution and e.active and e.queued_at is null
        and case when v_waits then e.status = 'running'
            else e.status = 'awaiting_input' and not exists (
                select from task_execution t
                where t.flow_execution_id = p_execution and t.generation = v_generation
                    and t.processing_status = 'awaiting_input') end;
    return v_now;
end
$$;

-- Adds and removes tags of tasks one after the other: all of it, or, at position 0, why nothing: absent (one of the
-- executions), forbidden. Outcomes: added, already_exists, removed, not_found.
create or replace function patch_task_tags(p_organization uuid, p_author text, p_subject text, p_sees_private boolean,
    p_operation text[], p_execution uuid[], p_task text[], p_tag text[], p_tag_type text[], p_metadata text[],
    p_metadata_digest text[])
returns table (ord int, outcome text)
language plpgsql as $$
#variable_conflict use_column
declare
    v_refusal text;
    v_change record;
begin
    perform 1 from flow_execution e where e.id = any (p_execution) and e.organization_id = p_organization
    order by e.id for no key update;
    select case when bool_or(e.id is null) then 'absent'
        when bool_or(f.visibility = 'private' and f.creator is distinct from p_subject and not p_sees_private)
            then 'forbidden' end
    into v_refusal
    from unnest(p_execution) as r (id)
    left join flow_execution e on e.id = r.id and e.organization_id = p_organization and e.deleted_at is null
    left join flow f on f.id = e.flow_id;
    if v_refusal is not null then
        return query select 0, v_refusal;
        return;
    end if;

    for v_change in
        select r.*, e.flow_id, e.created_at
        from unnest(p_operation, p_execution, p_task, p_tag, p_tag_type, p_metadata, p_metadata_digest) with ordinality
            as r (operation, execution, task, tag, tag_type, metadata, digest, ord)
        join flow_execution e on e.id = r.execution order by r.ord
    loop
        ord := v_change.ord;
        if v_change.operation = 'add' then
            insert into task_tag (organization_id, flow_execution_id, flow_id, execution_created_at, task_name, tag,
                tag_type, tag_metadata, metadata_digest, modified_by)
            values (p_organization, v_change.execution, v_change.flow_id, v_change.created_at, v_change.task,
                v_change.tag, v_change.tag_type, v_change.metadata::json, decode(v_change.digest, 'hex'), p_author)
            on conflict (flow_execution_id, task_name, tag, tag_type, metadata_digest) where deleted_at is null
            do nothing;
            outcome := case when found then 'added' else 'already_exists' end;
        else
            update task_tag t set deleted_at = clock_timestamp(), modified_by = p_author,
                updated_at = next_updated_at(t.updated_at)
            where t.flow_execution_id = v_change.execution and t.task_name = v_change.task and t.tag = v_change.tag
                and t.tag_type = v_change.tag_type and t.metadata_digest = decode(v_change.digest, 'hex')
                and t.deleted_at is null;
            outcome := case when found then 'removed' else 'not_found' end;
        end if;
        return next;
    end loop;
end
$$;

-- The number of a flow's first execution that was created at a time or later, or the next one that there will be. They
-- are numbered in that order without a gap.
create or replace function first_run_since(p_organization uuid, p_flow uuid, p_since timestamptz) returns int
language plpgsql stable as $$
declare
    v_low int := 1;
    v_high int;
    v_middle int;
begin
    select f.executions_count + 1 into v_high from flow f where f.id = p_flow and f.organization_id = p_organization;
    while v_low < v_high loop
        v_middle := (v_low + v_high) / 2;
        if p_since > (select e.created_at from flow_execution e where e.flow_id = p_flow and e.run_number = v_middle)
        then
            v_low := v_middle + 1;
        else
            v_high := v_middle;
        end if;
    end loop;
    return v_low;
end
$$;

-- How many executions of a flow were created at a time or later: only the deleted ones are counted.
create or replace function executions_created_since(p_organization uuid, p_flow uuid, p_since timestamptz)
returns bigint
language plpgsql stable as $$
declare
    v_first int := first_run_since(p_organization, p_flow, p_since);
begin
    return (select f.executions_count from flow f where f.id = p_flow and f.organization_id = p_organization)
        + 1 - v_first - (
            select count(*) from flow_execution e
            where e.flow_id = p_flow and e.run_number >= v_first and e.deleted_at is not null);
end
$$;

-- How many executions of a flow changed last at a time or later: those that were created since, and of the others those
-- that were new then, or changed when they were no longer new.
create or replace function executions_updated_since(p_organization uuid, p_flow uuid, p_since timestamptz)
returns bigint
language plpgsql stable as $$
declare
    v_new_since constant timestamptz := p_since - interval '10 minutes';
    v_new int := first_run_since(p_organization, p_flow, v_new_since);
    v_later int := first_run_since(p_organization, p_flow, p_since);
begin
    return executions_created_since(p_organization, p_flow, p_since) + (
        select count(*) from flow_execution e
        where e.flow_id = p_flow and e.run_number >= v_new and e.run_number < v_later and e.updated_at >= p_since
            and e.deleted_at is null
    ) + (
        select count(*) from flow_execution e
        where e.flow_id = p_flow and e.updated_at - e.created_at > interval '10 minutes' and e.updated_at >= p_since
            and e.created_at < v_new_since and e.deleted_at is null);
end
$$;

-- The statements of the engine. Whoever writes proves (execution, lease, owner) under the row's lock; an answer of
-- false, or of no row, means that the work is in other hands. Each takes the writes of many executions at once: the
-- rows are locked in id order, what each write proves is checked for itself, and answers come by position.

-- Says that a node is alive, and what time it is. No time: it was declared dead and has lost its work.
create or replace function beat(p_node uuid) returns timestamptz
language plpgsql as $$
declare
    v_now timestamptz := clock_timestamp();
begin
    insert into engine_node (id) values (p_node) on conflict (id) do nothing;
    update engine_node set heartbeat_at = v_now where id = p_node and state = 'alive';
    return case when found then v_now end;
end
$$;

-- Declares nodes dead that have been silent for too long, and frees what they owned.
create or replace function rescue_orphans(p_dead_after interval, p_limit int) returns int
language plpgsql as $$
declare
    v_freed int;
begin
    delete from engine_node where id in (
        select n.id from engine_node n
        where n.state = 'dead' and n.heartbeat_at < clock_timestamp() - interval '7 days'
            and not exists (select from flow_execution e where e.owner = n.id)
        order by n.id for update skip locked);
    -- In one order on every node, and never waiting for one that is beating at this moment.
    update engine_node set state = 'dead'
    where id in (select id from engine_node where state = 'alive'
            and heartbeat_at < clock_timestamp() - p_dead_after order by id for no key update skip locked)
        and state = 'alive' and heartbeat_at < clock_timestamp() - p_dead_after;

    with orphaned as (
        select e.id from flow_execution e join engine_node n on n.id = e.owner
        where n.state = 'dead' order by e.id limit p_limit for no key update of e skip locked
    )
    update flow_execution e set owner = null, lease = e.lease + 1, uninterruptible_tasks = '{}',
        wake_at = clock_timestamp()
    from orphaned o where e.id = o.id;
    get diagnostics v_freed = row_count;
    return v_freed;
end
$$;

-- Takes up work that is due, longest due first.
create or replace function claim(p_node uuid, p_limit int)
returns table (execution uuid, generation int, lease bigint)
language plpgsql as $$
#variable_conflict use_column
begin
    return query
    with due as (
        select e.id from flow_execution e
        where e.active and e.owner is null and e.wake_at <= clock_timestamp()
        order by e.wake_at limit p_limit for no key update skip locked
    )
    update flow_execution e set owner = p_node, lease = e.lease + 1
    from due
    where e.id = due.id and exists (select from engine_node n where n.id = p_node and n.state = 'alive')
    returning e.id, e.generation, e.lease;
end
$$;

-- Gives generations back, for others to take up at once.
create or replace function release(p_execution uuid[], p_lease bigint[], p_owner uuid[]) returns void
language plpgsql as $$
begin
    perform 1 from flow_execution e where e.id = any (p_execution) order by e.id for no key update;
    update flow_execution e set owner = null, lease = e.lease + 1, wake_at = clock_timestamp(),
        uninterruptible_tasks = '{}'
    from unnest(p_execution, p_lease, p_owner) as r (execution, lease, owner)
    where e.id = r.execution and e.lease = r.lease and e.owner = r.owner and e.active;
end
$$;

-- Gives back everything that a node owns, and declares it dead.
create or replace function release_all(p_node uuid) returns void
language sql as $$
    select 1 from flow_execution where owner = p_node order by id for no key update;
    update flow_execution set owner = null, lease = lease + 1, wake_at = clock_timestamp(),
        uninterruptible_tasks = '{}'
    where owner = p_node;
    update engine_node set state = 'dead' where id = p_node;
$$;

-- Stores plans. False also when something has happened that the plan was made without.
create or replace function begin_generations(p_execution uuid[], p_lease bigint[], p_owner uuid[], p_generation int[],
    p_revision bigint[], p_plan text[], p_reused int[]) returns table (ord int, held boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    perform 1 from flow_execution e where e.id = any (p_execution) order by e.id for no key update;
    return query
    with request as (
        select * from unnest(p_execution, p_lease, p_owner, p_generation, p_revision, p_plan, p_reused)
            with ordinality as r (execution, lease, owner, generation, revision, plan, reused, ord)
    ), begun as (
        update generation g set plan = r.plan::json, tasks_reused = r.reused,
            started_at = coalesce(g.started_at, date_trunc('milliseconds', clock_timestamp()))
        from request r
        join flow_execution e on e.id = r.execution and e.lease = r.lease and e.owner = r.owner and e.active
            and e.revision = r.revision
        where g.flow_execution_id = r.execution and g.generation = r.generation
        returning r.ord
    )
    select r.ord::int, b.ord is not null from request r left join begun b on b.ord = r.ord;
end
$$;

-- Records the states of attempts: that they run, wait, or how they ended. Answers written, superseded, or overtaken
-- when a worker has reported the task's end, or newer data was received for it than the attempt was made from. What is
-- written already is not written again: that an attempt has begun is said once, and may arrive when it waits by now.
-- One that goes on after it has waited says so.
create or replace function record_tasks(p_execution uuid[], p_lease bigint[], p_owner uuid[], p_generation int[],
    p_flow_version int[], p_task text[], p_idx int[], p_status text[], p_input text[], p_output text[], p_error text[],
    p_consumed text[], p_fingerprint text[], p_started_at timestamptz[], p_wake_at timestamptz[],
    p_uninterruptible boolean[], p_signal_digest text[], p_goes_on boolean[])
returns table (ord int, answer text)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    perform 1 from flow_execution e where e.id = any (p_execution) order by e.id for no key update;
    return query
    with request as (
        select * from unnest(p_execution, p_lease, p_owner, p_generation, p_flow_version, p_task, p_idx, p_status,
            p_input, p_output, p_error, p_consumed, p_fingerprint, p_started_at, p_wake_at, p_uninterruptible,
            p_signal_digest, p_goes_on)
            with ordinality as r (execution, lease, owner, generation, flow_version, task, idx, status, input, output,
                error, consumed, fingerprint, started_at, wake_at, uninterruptible, signal_digest, goes_on, ord)
    ), decided as (
        select r.*, e.organization_id, case
            when e.id is null then 'superseded'
            when t.processing_status in ('completed', 'failed')
                then case when t.reported_by is null then 'repeated' else 'overtaken' end
            when t.reported_by is not null and r.status <> 'failed' then 'overtaken' -- a worker has its hands on it
            when t.id is not null and r.status = 'running' and r.wake_at is null and not r.goes_on then 'repeated'
            when r.status = 'completed' and exists (
                select from task_execution other
                where other.flow_execution_id = r.execution and other.generation = r.generation
                    and other.task_name = r.task and other.processing_status = 'completed') then 'overtaken'
            when r.signal_digest is not null and r.status in ('completed', 'failed') and r.signal_digest <> (
                select encode(w.digest, 'hex') from webhook_data w
                where w.flow_execution_id = r.execution and w.task_name = r.task and w.generation >= e.floor
                order by w.delivery desc limit 1) then 'overtaken'
            else 'written' end as answer
        from request r
        left join flow_execution e on e.id = r.execution and e.lease = r.lease and e.owner = r.owner and e.active
        left join task_execution t on t.flow_execution_id = r.execution and t.task_name = r.task
            and t.task_execution_idx = r.idx
    ), written as (
        insert into task_execution as t (organization_id, flow_execution_id, generation, flow_version, task_name,
            task_execution_idx, processing_status, input, output, error, consumed, fingerprint, started_at, wake_at,
            completed_at)
        select d.organization_id, d.execution, d.generation, d.flow_version, d.task, d.idx, d.status, d.input::json,
            d.output::json, d.error::json, d.consumed::json, d.fingerprint, d.started_at, d.wake_at,
            case when d.status in ('completed', 'failed') then date_trunc('milliseconds', clock_timestamp()) end
        from decided d where d.answer = 'written'
        on conflict (flow_execution_id, task_name, task_execution_idx) do update set
            processing_status = excluded.processing_status, input = excluded.input, output = excluded.output,
            error = excluded.error, consumed = excluded.consumed, fingerprint = excluded.fingerprint,
            wake_at = excluded.wake_at, completed_at = excluded.completed_at,
            updated_at = next_updated_at(t.updated_at)
    ), changed as (
        select d.execution, count(*) as writes, array_agg(d.task) as tasks,
            array_agg(d.task) filter (where d.uninterruptible and d.status = 'running' and d.wake_at is null) as begun,
            bool_or(d.status = 'awaiting_input') as awaits
        from decided d where d.answer = 'written' group by d.execution
    ), counted as (
        update flow_execution e set revision = e.revision + c.writes,
            uninterruptible_tasks = case when c.begun is null and e.uninterruptible_tasks = '{}' then '{}'
                else array(select unnest(e.uninterruptible_tasks) except select unnest(c.tasks))
                    || coalesce(c.begun, '{}') end,
            status = case when c.awaits and e.status = 'running' then 'awaiting_input' else e.status end
        from changed c where e.id = c.execution
    )
    select d.ord::int, case d.answer when 'repeated' then 'written' else d.answer end from decided d;
end
$$;

-- Says of results that nothing they were made from has changed. False also when a worker has ended the task.
create or replace function cut_off_results(p_execution uuid[], p_lease bigint[], p_owner uuid[], p_generation int[],
    p_result uuid[], p_consumed text[]) returns table (ord int, held boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    perform 1 from flow_execution e where e.id = any (p_execution) order by e.id for no key update;
    return query
    with request as (
        select * from unnest(p_execution, p_lease, p_owner, p_generation, p_result, p_consumed) with ordinality
            as r (execution, lease, owner, generation, result, consumed, ord)
    ), held as (
        select r.* from request r
        join flow_execution e on e.id = r.execution and e.lease = r.lease and e.owner = r.owner and e.active
        join task_execution t on t.id = r.result
        where not exists (
            select from task_execution other
            where other.flow_execution_id = r.execution and other.generation = r.generation
                and other.task_name = t.task_name and other.processing_status = 'completed')
    ), kept as (
        update task_execution t set cut_off_in = h.generation, consumed = h.consumed::json,
            updated_at = next_updated_at(t.updated_at)
        from held h
        where t.id = h.result and t.flow_execution_id = h.execution and t.cut_off_in <> h.generation
        returning t.flow_execution_id, t.cut_off_in as generation
    ), changed as (
        select flow_execution_id, generation, count(*) as writes from kept group by flow_execution_id, generation
    ), counted as (
        update flow_execution e set revision = e.revision + c.writes
        from changed c where e.id = c.flow_execution_id
    ), told as (
        -- The attempts will not say so any more once a later generation keeps them.
        update generation g set tasks_cut_off = g.tasks_cut_off + c.writes
        from changed c where g.flow_execution_id = c.flow_execution_id and g.generation = c.generation
    )
    select r.ord::int, h.ord is not null from request r left join held h on h.ord = r.ord;
end
$$;

-- Lays generations aside until a time, or, without one, until something comes. False also when something has happened
-- that the owner does not know of. Nothing can come for a deleted execution: instead of waiting it is cancelled.
create or replace function park_generations(p_execution uuid[], p_lease bigint[], p_owner uuid[], p_revision bigint[],
    p_until timestamptz[], p_for_signal boolean[]) returns table (ord int, held boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    perform 1 from flow_execution e where e.id = any (p_execution) order by e.id for no key update;
    return query
    with request as (
        select * from unnest(p_execution, p_lease, p_owner, p_revision, p_until, p_for_signal) with ordinality
            as r (execution, lease, owner, revision, until, for_signal, ord)
    ), parked as (
        update flow_execution e set owner = null, lease = e.lease + 1,
            wake_at = case when e.deleted_at is not null then coalesce(r.until, clock_timestamp()) else r.until end,
            cancel_requested = e.cancel_requested or e.deleted_at is not null and r.until is null,
            status = case when r.for_signal and e.status = 'running' then 'awaiting_input' else e.status end
        from request r
        where e.id = r.execution and e.lease = r.lease and e.owner = r.owner and e.active and e.revision = r.revision
        returning r.ord
    )
    select r.ord::int, p.ord is not null from request r left join parked p on p.ord = r.ord;
end
$$;

-- Ends generations. False also when something has happened that the owner does not know of.
create or replace function finish_generations(p_execution uuid[], p_lease bigint[], p_owner uuid[],
    p_revision bigint[], p_generation int[], p_end_reason text[], p_message text[], p_status text[], p_run int[],
    p_reused int[], p_cut_off int[], p_failed int[]) returns table (ord int, held boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    perform 1 from flow_execution e where e.id = any (p_execution) order by e.id for no key update;
    return query
    with request as (
        select * from unnest(p_execution, p_lease, p_owner, p_revision, p_generation, p_end_reason, p_message,
            p_status, p_run, p_reused, p_cut_off, p_failed) with ordinality
            as r (execution, lease, owner, revision, generation, end_reason, message, status, run, reused, cut_off,
                failed, ord)
    ), ended as (
        update flow_execution e set active = false, owner = null, lease = e.lease + 1, wake_at = null,
            status = case when e.deleted_at is null then r.status else e.status end,
            revision = e.revision + 1, uninterruptible_tasks = '{}',
            finished_at = date_trunc('milliseconds', clock_timestamp()), modified_by = 'system',
            updated_at = next_updated_at(e.updated_at)
        from request r
        where e.id = r.execution and e.lease = r.lease and e.owner = r.owner and e.active and e.revision = r.revision
        returning r.*, e.floor
    ), told as (
        update generation g set end_reason = d.end_reason, end_message = d.message,
            finished_at = date_trunc('milliseconds', clock_timestamp()), tasks_run = d.run, tasks_reused = d.reused,
            tasks_cut_off = d.cut_off, tasks_failed = d.failed
        from ended d where g.flow_execution_id = d.execution and g.generation = d.generation
    ), lost as (
        -- Attempts that nothing more comes of: of a cancelled generation, or of a process that is gone.
        update task_execution t set processing_status = 'cancelled',
            error = json_build_object('message', case d.end_reason
                when 'cancelled' then 'cancelled' else 'lost: the process that ran it is gone' end),
            wake_at = null, updated_at = next_updated_at(t.updated_at)
        from ended d
        where t.flow_execution_id = d.execution and t.generation = d.generation
            and t.processing_status in ('queued', 'running', 'awaiting_input', 'cancel_requested')
    ), edited as materialized (
        -- Results that were edited before; not what a full re-execution has discarded or what was run again after it.
        select t.id, t.task_name, d.execution, d.generation
        from ended d join task_execution t on t.flow_execution_id = d.execution
            and t.edited_status = 'edited_not_reexecuted' and t.edited_in < d.generation and t.generation >= d.floor
        where d.end_reason = 'completed' and not exists (
            select from task_execution later
            where later.flow_execution_id = t.flow_execution_id and later.task_name = t.task_name
                and later.task_execution_idx > t.task_execution_idx)
    ), used as (
        update task_execution t set edited_status = 'edited_reexecuted', updated_at = next_updated_at(t.updated_at)
        from (select distinct e.execution, e.generation from edited e) one
        join generation g on g.flow_execution_id = one.execution and g.generation = one.generation
        cross join lateral json_to_recordset(g.plan) as p (task_name text, action text)
        join edited e on e.execution = one.execution and e.task_name = p.task_name
        where t.id = e.id and p.action = 'reuse'
    )
    select r.ord::int, d.ord is not null from request r left join ended d on d.ord = r.ord;
end
$$;

-- Lets queued executions run where their organization has room for them, first come, first served. Answers whether some
-- still have to wait.
create or replace function promote_queued() returns boolean
language plpgsql as $$
declare
    v_organization uuid;
begin
    for v_organization in
        select o.id from organization o
        where exists (select from flow_execution e where e.organization_id = o.id and e.queued_at is not null)
        order by o.id for no key update skip locked
    loop
        with first as (
            select q.id from flow_execution q
            where q.organization_id = v_organization and q.queued_at is not null
            order by q.queued_at, q.id
            limit (select case when o.max_concurrent_executions is not null
                    then greatest(0, o.max_concurrent_executions - running_executions(o.id)) end from organization o
                where o.id = v_organization)
        ), locked as (
            select e.id from flow_execution e join first f on f.id = e.id
            where e.queued_at is not null order by e.id for no key update of e skip locked
        )
        update flow_execution e set queued_at = null, wake_at = clock_timestamp(),
            status = case e.status when 'queued' then 'running' else e.status end,
            updated_at = next_updated_at(e.updated_at)
        from locked l where e.id = l.id and e.queued_at is not null;
    end loop;
    return exists (select from flow_execution e where e.queued_at is not null);
end
$$;

-- The keys in force with these prefixes. Whose they are says which organization a request is for.
create or replace function find_api_keys(p_token_prefixes text[])
returns table (id uuid, token_prefix text, organization_id uuid, service_account_id uuid, name text, roles text[],
    token_hash bytea)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    select k.id, k.token_prefix, k.organization_id, k.service_account_id, a.name, k.roles, k.token_hash
    from api_key k join service_account a on a.id = k.service_account_id
    where k.token_prefix = any (p_token_prefixes) and k.deleted_at is null and a.status = 'active';
end
$$;

-- Makes sure that there is an organization, and that a key opens the oldest one. A new organization has a flow to try.
-- One process at a time.
create or replace function bootstrap(p_token_prefix text, p_token_hash bytea, p_roles text[], p_only_when_empty boolean,
    p_flow uuid, p_display_name text, p_description text, p_definition text, p_tags text[])
returns table (organization uuid, organization_created boolean, key_created boolean)
language plpgsql as $$
declare
    v_organization uuid;
    v_account uuid;
    v_key uuid;
    v_organization_created boolean;
    v_by text := '{"subject": "system", "name": "bootstrap", "credential": "system", "operation": "bootstrap"}';
begin
    lock table organization in share row exclusive mode;
    select id into v_organization from organization order by created_at, id limit 1;
    v_organization_created := v_organization is null;
    if v_organization_created then
        v_organization := gen_random_uuid();
        insert into organization (id, name) values (v_organization, 'default');
        insert into flow (id, organization_id, display_name, description, tags, creator, created_by, modified_by)
        values (p_flow, v_organization, p_display_name, p_description, p_tags, 'system', 'bootstrap', 'bootstrap');
        insert into flow_version (flow_id, version, definition, created_by, modified_by)
        values (p_flow, 1, p_definition::json, 'bootstrap', 'bootstrap');
        perform record_change(v_organization, array[v_organization, p_flow], v_by);
    end if;
    if (p_only_when_empty and not v_organization_created)
        or exists (select from api_key where token_hash = p_token_hash) then
        return query select v_organization, v_organization_created, false;
        return;
    end if;
    select id into v_account from service_account
    where organization_id = v_organization and name = 'bootstrap' order by created_at limit 1;
    if v_account is null then
        v_account := gen_random_uuid();
        insert into service_account (id, organization_id, name, description, modified_by)
        values (v_account, v_organization, 'bootstrap', 'Created at the first start', 'system');
        perform record_change(v_organization, array[v_account], v_by);
    end if;
    insert into api_key (id, organization_id, service_account_id, name, token_prefix, token_hash, roles, modified_by)
    values (gen_random_uuid(), v_organization, v_account, 'bootstrap', p_token_prefix, p_token_hash, p_roles, 'system')
    returning id into v_key;
    perform record_change(v_organization, array[v_key], v_by);
    return query select v_organization, v_organization_created, true;
end
$$;

-- How many active executions there are in each state, and for how many milliseconds the oldest has waited for somebody.
create or replace function backlog(p_dead_after interval)
returns table (state text, executions bigint, oldest bigint)
language sql stable as $$
    select a.state, count(*), coalesce(max(extract(epoch from clock_timestamp() - a.since) * 1000), 0)::bigint
    from (
        select case when e.queued_at is not null then 'queued' when e.wake_at <= clock_timestamp() then 'due'
                else 'parked' end as state,
            coalesce(e.queued_at, case when e.wake_at <= clock_timestamp() then e.wake_at end) as since
        from flow_execution e where e.active and e.owner is null
        union all
        select case when s.silent then 'orphaned' else 'owned' end, case when s.silent then n.heartbeat_at end
        from flow_execution e join engine_node n on n.id = e.owner
        cross join lateral (
            select n.state = 'dead' or n.heartbeat_at < clock_timestamp() - p_dead_after as silent) s
        where e.owner is not null
    ) a
    group by a.state
$$;

-- Removes what generations left behind, some time after a full re-execution has discarded it. A task's newest attempt
-- stays as a row without payloads, because its number must not be given out again.
create or replace function purge_superseded(p_older_than interval, p_limit int) returns int
language plpgsql as $$
declare
    v_generation record;
    v_purged int := 0;
begin
    for v_generation in
        select g.flow_execution_id as execution, g.generation from generation g
        where g.purged_at is null and exists (
            select from generation n
            where n.flow_execution_id = g.flow_execution_id and n.generation > g.generation and n.mode = 'full'
                and n.requested_at < clock_timestamp() - p_older_than)
        order by g.flow_execution_id, g.generation limit p_limit for no key update of g skip locked
    loop
        update generation g set purged_at = clock_timestamp(),
            tasks_run = case when g.end_reason is null then c.run else g.tasks_run end,
            tasks_failed = case when g.end_reason is null then c.failed else g.tasks_failed end
        from count_tasks(v_generation.execution, v_generation.generation) c
        where g.flow_execution_id = v_generation.execution and g.generation = v_generation.generation;

        delete from task_execution t
        where t.flow_execution_id = v_generation.execution and t.generation = v_generation.generation
            and exists (
                select from task_execution later
                where later.flow_execution_id = t.flow_execution_id and later.task_name = t.task_name
                    and later.task_execution_idx > t.task_execution_idx);
        delete from webhook_data w
        where w.flow_execution_id = v_generation.execution and w.generation = v_generation.generation;
        update task_execution t set input = null, output = null, error = null, unedited_output = null, consumed = '{}'
        where t.flow_execution_id = v_generation.execution and t.generation = v_generation.generation;
        v_purged := v_purged + 1;
    end loop;
    return v_purged;
end
$$;

-- Hides executions that have ended longer ago than their flow keeps them. What others work on is left for another time.
-- Flow by flow: a join of all would read every execution there is. A flow is locked before its executions, as everywhere,
-- and only when it has some to hide: those who start executions need it.
create or replace function delete_expired(p_limit int) returns int
language plpgsql as $$
declare
    v_flow record;
    v_count int;
    v_deleted int := 0;
begin
    for v_flow in
        select f.id, statement_timestamp() - f.ttl_seconds * interval '1 second' as kept_since
        from flow f where f.ttl_seconds is not null order by f.id
    loop
        continue when not exists (
            select from flow_execution e
            where e.flow_id = v_flow.id and e.finished_at < v_flow.kept_since and not e.active
                and e.deleted_at is null);
        perform 1 from flow where id = v_flow.id for no key update;
        with expired as (
            select e.id from flow_execution e
            where e.flow_id = v_flow.id and e.finished_at < v_flow.kept_since and not e.active
                and e.deleted_at is null
            order by e.finished_at limit p_limit - v_deleted for no key update skip locked
        ), deleted as (
            update flow_execution e set deleted_at = clock_timestamp(), status = 'deleted', modified_by = 'system',
                updated_at = next_updated_at(e.updated_at)
            from expired x where e.id = x.id returning e.id, e.organization_id
        ), recorded as (
            insert into audit_event (organization_id, subject, name, credential, operation, thing_id)
            select d.organization_id, 'system', 'system', 'system', 'ttl', d.id from deleted d
        ), hidden as (
            update task_tag t set deleted_at = clock_timestamp(), modified_by = 'system',
                updated_at = next_updated_at(t.updated_at)
            from deleted d where t.flow_execution_id = d.id and t.deleted_at is null
        )
        select count(*) into v_count from deleted;
        if v_count > 0 then
            update flow set deleted_executions_count = deleted_executions_count + v_count where id = v_flow.id;
        end if;
        v_deleted := v_deleted + v_count;
        exit when v_deleted >= p_limit;
    end loop;
    return v_deleted;
end
$$;

-- Removes records of changes that are older, of the oldest ones of each organization.
create or replace function purge_audit_events(p_older_than interval, p_limit int) returns int
language plpgsql as $$
declare
    v_before uuid := time_ordered_id(clock_timestamp() - p_older_than);
    v_purged int;
begin
    delete from audit_event where ctid = any (array(
        select oldest.ctid from organization o cross join lateral (
            select a.ctid from audit_event a where a.organization_id = o.id and a.id < v_before
            order by a.id limit p_limit) oldest
        limit p_limit));
    get diagnostics v_purged = row_count;
    return v_purged;
end
$$;

-- Who wants something of many executions at once does not wait long for one that somebody else holds: each is tried
-- alone then, so that the others go on.
do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid from pg_proc where pronamespace = current_schema()::regnamespace
            and proname in ('re_execute', 'begin_generations', 'record_tasks', 'cut_off_results', 'park_generations',
                'finish_generations')
    loop
        execute format('alter function %s set lock_timeout = %L', v_function, '2s');
    end loop;
end
$$;

-- What those who serve requests call beyond the organization of a transaction. These are exempt from row-level security,
-- and look at the organization that each of their arguments names.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'find_api_keys(text[])',
        're_execute(uuid[], uuid[], text[], text[], boolean[], text[], text[], text[], uuid[], text[])'
    ]::regprocedure[] loop
        execute format('alter function %s security definer set search_path = %I, pg_temp', v_function,
            current_schema());
        execute format('revoke execute on function %s from public', v_function);
        execute format('grant execute on function %s to reflow_request', v_function);
    end loop;
end
$$;
