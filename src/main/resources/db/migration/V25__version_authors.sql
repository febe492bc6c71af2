-- Who made a version; modified_by is who named or marked it last.
alter table flow_version add column created_by text;
update flow_version set created_by = modified_by;
alter table flow_version alter column created_by set not null;
