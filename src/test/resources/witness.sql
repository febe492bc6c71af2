-- Writes down, for tests, who changed what: each change of hands and each write of an attempt, with the process that
-- sent the statement (its application_name) and the statement's function. Part of the transaction that it witnesses, and
-- not hindered by what its role may not see.
create schema witness;

create table witness.node (id uuid primary key, process text not null);

create table witness.hand (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    execution uuid not null,
    generation int not null,
    generation_before int not null,
    active_before boolean not null,
    owner uuid,
    owner_before uuid,
    statement text not null,
    process text not null
);

create table witness.attempt (
    id bigint generated always as identity primary key,
    execution uuid not null,
    generation int not null,
    task text not null,
    status text not null,
    owner uuid,
    owner_alive boolean,
    statement text not null,
    process text not null
);

create function witness.statement() returns text language sql as $$
    select coalesce(substring(current_query() from '([a-z_]+)\('), current_query())
$$;

create function witness.see_node() returns trigger language plpgsql security definer as $$
begin
    insert into witness.node values (new.id, current_setting('application_name'));
    return null;
end
$$;
create trigger witness after insert on engine_node for each row execute function witness.see_node();

create function witness.see_hand() returns trigger language plpgsql security definer as $$
begin
    insert into witness.hand (execution, generation, generation_before, active_before, owner, owner_before, statement,
        process)
    values (new.id, new.generation, coalesce(old.generation, 0), coalesce(old.active, false), new.owner, old.owner,
        witness.statement(), current_setting('application_name'));
    return null;
end
$$;
create trigger witness_start after insert on flow_execution for each row execute function witness.see_hand();
create trigger witness after update on flow_execution for each row
    when (old.lease <> new.lease or old.owner is distinct from new.owner) execute function witness.see_hand();

create function witness.see_attempt() returns trigger language plpgsql security definer as $$
begin
    insert into witness.attempt (execution, generation, task, status, owner, owner_alive, statement, process)
    select new.flow_execution_id, new.generation, new.task_name, new.processing_status, e.owner, n.state = 'alive',
        witness.statement(), current_setting('application_name')
    from flow_execution e left join engine_node n on n.id = e.owner
    where e.id = new.flow_execution_id;
    return null;
end
$$;
create trigger witness after insert or update on task_execution for each row execute function witness.see_attempt();

-- What nobody may have done: written for, or given away, what another process held; taken what it did not hold after.
create view witness.usurpation as
    select a.id, a.process || ' wrote ' || a.status || ' for ' || a.execution || ', held by '
        || coalesce(n.process, 'nobody') || coalesce(case when not a.owner_alive then ', who is dead' end, '') as text
    from witness.attempt a left join witness.node n on n.id = a.owner
    where a.statement in ('record_tasks', 'cut_off_results')
        and (n.process is distinct from a.process or not a.owner_alive)
    union all
    select h.id, h.process || ' ended or gave back ' || h.execution || ', held by ' || coalesce(n.process, 'nobody')
    from witness.hand h left join witness.node n on n.id = h.owner_before
    where h.statement in ('park_generations', 'finish_generations', 'release', 'release_all')
        and n.process is distinct from h.process
    union all
    select h.id, h.process || ' gave ' || h.execution || ' to ' || coalesce(n.process, 'nobody')
    from witness.hand h left join witness.node n on n.id = h.owner
    where h.owner is not null and n.process is distinct from h.process
    union all
    select h.id, h.process || ' took ' || h.execution || ' from somebody'
    from witness.hand h where h.statement = 'claim' and h.owner_before is not null;
