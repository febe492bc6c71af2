-- When a key was last used, written from time to time, not with each request.
alter table api_key add column last_used_at timestamptz;
create index service_account_list on service_account (organization_id, created_at desc, id desc);
create index api_key_list on api_key (service_account_id, created_at desc, id desc) where deleted_at is null;
