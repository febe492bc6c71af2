-- A UUID of version 7: those of a later millisecond are greater.
create function time_ordered_id(p_at timestamptz default clock_timestamp()) returns uuid
language sql volatile as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from p_at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
        'hex')::uuid
$$;

-- Who has changed what: one row per change and thing, written in the transaction of the change.
create table audit_event (
    organization_id uuid not null,
    -- Says when, too: lists go through the primary key from its end, and no other index is about time.
    id uuid not null default time_ordered_id(),
    subject text not null,
    name text not null,
    credential text not null check (credential in ('api_key', 'token', 'system')),
    -- Method and path of the API; for the system's own changes a word.
    operation text not null,
    request_id text,
    thing_id uuid not null,
    primary key (organization_id, id)
);
create index audit_event_of_thing on audit_event (organization_id, thing_id, id);
select isolate('audit_event');
-- Whoever serves requests can add to the records, not take from them.
revoke update, delete on audit_event from reflow_request;
