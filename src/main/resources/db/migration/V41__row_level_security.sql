-- The second wall between organizations: those who serve requests do so as a role that sees the rows of one organization,
-- the one that its transaction has named, even where a statement forgets to ask for it. Who owns the tables is exempt:
-- the engine's work is of all organizations.
do $$
begin
    begin
        create role reflow_request nologin;
    exception
        when duplicate_object or unique_violation then null; -- of another database, or of a process that was faster
        when insufficient_privilege then
            if not exists (select from pg_roles where rolname = 'reflow_request') then
                raise exception 'reflow needs a role that its user % may not create', current_user
                    using hint = format('As an administrator: create role reflow_request nologin;'
                        ' grant reflow_request to %I;', current_user);
            end if;
    end;
    begin
        grant reflow_request to current_user;
    exception
        when insufficient_privilege then
            if not pg_has_role(current_user, 'reflow_request', 'set') then
                raise exception 'reflow''s user % may not act as the role reflow_request', current_user
                    using hint = format('As an administrator: grant reflow_request to %I;', current_user);
            end if;
    end;
    execute format('grant usage on schema %I to reflow_request', current_schema());
end
$$;

-- Which organization the transaction is for; null before it has said so.
create function current_organization() returns uuid
language sql stable as $$
    select nullif(current_setting('reflow.organization', true), '')::uuid
$$;

-- Isolates the organizations in a table; each new one with rows of theirs needs it.
create function isolate(p_table regclass, p_condition text default 'organization_id = (select current_organization())')
returns void
language plpgsql as $$
begin
    execute format('grant select, insert, update, delete on %s to reflow_request', p_table);
    execute format('alter table %s enable row level security', p_table);
    execute format('create policy of_organization on %s to reflow_request using (%s)', p_table, p_condition);
end
$$;

do $$
begin
    perform isolate(format('%I.%I', table_schema, table_name)::regclass)
    from information_schema.columns
    where table_schema = current_schema() and column_name = 'organization_id';
    perform isolate('organization', 'id = (select current_organization())');
    -- What names no organization is seen with what it belongs to.
    perform isolate('flow_version', 'exists (select from flow f where f.id = flow_version.flow_id)');
    perform isolate('generation', 'exists (select from flow_execution e where e.id = generation.flow_execution_id)');
end
$$;
