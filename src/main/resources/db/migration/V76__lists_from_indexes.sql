-- From the beginning: a lock that grows while others wait for it ends in a deadlock.
lock table task_tag, flow_execution in access exclusive mode;

-- Lists of executions are found and counted in indexes alone, which have what a filter asks for, and the organization:
-- whoever serves requests sees the rows of one, so that every row is looked at for it.
create index flow_execution_by_status_created on flow_execution (flow_id, status, created_at, id)
    include (organization_id, updated_at) where deleted_at is null;
create index flow_execution_by_status_updated on flow_execution (flow_id, status, updated_at, id)
    include (organization_id, created_at) where deleted_at is null;
drop index flow_execution_list_by_status;
drop index flow_execution_list_by_status_updated;

-- What was created or changed within a time is counted by run numbers, which come in the order of creation; from here on
-- whatever the clock does. What they do not tell is looked up: which are deleted, and which changed late.
update flow_execution e set created_at = ordered.created_at
from (
    select id, max(created_at) over (partition by flow_id order by run_number) as created_at from flow_execution
) ordered
where e.id = ordered.id and e.created_at < ordered.created_at;
update flow_execution set updated_at = created_at where updated_at < created_at;
create index flow_execution_deleted on flow_execution (flow_id, run_number) include (organization_id)
    where deleted_at is not null;
create index flow_execution_updated_late on flow_execution (flow_id, updated_at) include (organization_id, created_at)
    where deleted_at is null and updated_at - created_at > interval '10 minutes';

-- Tags have their execution's status and last change, too. The trigger that keeps them leaves executions without tags
-- alone.
alter table flow_execution add column tagged boolean not null default false;
alter table task_tag add column execution_status text, add column execution_updated_at timestamptz;
update task_tag t set execution_created_at = e.created_at, execution_status = e.status,
    execution_updated_at = e.updated_at
from flow_execution e where e.id = t.flow_execution_id and t.deleted_at is null;
update flow_execution e set tagged = true where exists (select from task_tag t where t.flow_execution_id = e.id);
create index task_tag_by_created on task_tag (flow_id, key, execution_created_at, flow_execution_id)
    include (organization_id, execution_status, execution_updated_at) where deleted_at is null;
create index task_tag_by_updated on task_tag (flow_id, key, execution_updated_at, flow_execution_id)
    include (organization_id, execution_status, execution_created_at) where deleted_at is null;
drop index task_tag_filter;

create function begin_with_execution() returns trigger
language plpgsql as $$
begin
    update flow_execution set tagged = true where id = new.flow_execution_id and not tagged;
    select e.status, e.updated_at into new.execution_status, new.execution_updated_at
    from flow_execution e where e.id = new.flow_execution_id;
    return new;
end
$$;
create trigger task_tag_added before insert on task_tag for each row execute function begin_with_execution();

create function show_on_tags() returns trigger
language plpgsql as $$
begin
    update task_tag set execution_status = new.status, execution_updated_at = new.updated_at
    where flow_execution_id = new.id and deleted_at is null;
    return null;
end
$$;
create trigger flow_execution_tagged after update on flow_execution
    for each row when (new.tagged and new.deleted_at is null
        and (old.status <> new.status or old.updated_at <> new.updated_at))
    execute function show_on_tags();
