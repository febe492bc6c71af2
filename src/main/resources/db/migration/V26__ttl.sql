-- How long a flow's executions are kept after they finish, in seconds; null for good.
alter table flow add column ttl_seconds int generated always as ((settings -> 'ttl' ->> 'seconds')::int) stored;
create index flow_ttl on flow (id) where ttl_seconds is not null;
create index flow_execution_finished on flow_execution (flow_id, finished_at)
    where finished_at is not null and deleted_at is null;
