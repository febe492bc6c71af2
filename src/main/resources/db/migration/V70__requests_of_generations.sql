-- The request that asked for the generation: its id, and its span as a W3C traceparent. Lines of the log and spans of the
-- work, which outlives the request, say so.
alter table generation add column request_id text, add column trace_parent text;
