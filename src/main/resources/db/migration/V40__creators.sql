-- Who made a flow, by an id that stays and that nobody else has; created_by is what they were called then. Null where
-- it cannot be told of an older flow any more: a private one is then for administrators alone.
alter table flow add column creator text;
update flow f set creator = (
    select min(a.id::text) from service_account a
    where a.organization_id = f.organization_id and a.name = f.created_by and a.created_at <= f.created_at
    having count(*) = 1);
