-- How many of the executions that executions_count counts are deleted.
alter table flow add column deleted_executions_count int not null default 0;
update flow f set deleted_executions_count =
    (select count(*) from flow_execution e where e.flow_id = f.id and e.deleted_at is not null);

-- Lists go through the statuses, each in its order: a rare status is found as fast as a common one. These two take the
-- place of two without the status, which no query needs any more, so that an execution has as many indexes as before.
create index flow_execution_list_by_status on flow_execution (flow_id, status, created_at, id) where deleted_at is null;
create index flow_execution_list_by_status_updated on flow_execution (flow_id, status, updated_at, id)
    where deleted_at is null;
drop index flow_execution_list;
drop index flow_execution_list_updated;
