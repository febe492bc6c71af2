-- How many executions of an organization run is counted with each start, where their number is limited.
create index flow_execution_running on flow_execution (organization_id) where active and queued_at is null;
