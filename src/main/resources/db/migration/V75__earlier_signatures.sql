-- Functions as they were before the first release, in databases that are older than it. From that release on nothing is
-- dropped that the release before calls. What is dropped here and still in use is made anew by R__functions.sql.
set local client_min_messages = warning;
drop function if exists re_execute(uuid[], uuid[], text[], boolean[], text[], text[], text[], uuid);
drop function if exists re_execute(uuid[], uuid[], text[], boolean[], text[], text[], text[], uuid[]);
drop function if exists re_execute(uuid[], uuid[], text[], text[], boolean[], text[], text[], text[], uuid[]);
drop function if exists cancel_execution(uuid, uuid, text, boolean);
drop function if exists cancel_execution(uuid, uuid, text, text, boolean);
drop function if exists delete_execution(uuid, uuid, text);
drop function if exists start_execution(uuid, uuid, uuid, int, text, text, text, text, text, uuid);
drop function if exists beat(uuid);
drop function if exists rescue_orphans(interval);
drop function if exists holds(uuid, bigint, uuid);
drop function if exists begin_generation(uuid, bigint, uuid, int, text);
drop function if exists record_task(uuid, bigint, uuid, int, int, text, int, text, text, text, text, text, text,
    timestamptz, timestamptz, boolean);
drop function if exists cut_off(uuid, bigint, uuid, int, uuid, text);
drop function if exists park(uuid, bigint, uuid, bigint, timestamptz);
drop function if exists finish_generation(uuid, bigint, uuid, bigint, int, text, text, text, int, int, int, int);
drop function if exists begin_generations(uuid[], bigint[], uuid[], int[], text[]);
drop function if exists begin_generations(uuid[], bigint[], uuid[], int[], bigint[], text[]);
drop function if exists record_tasks(uuid[], bigint[], uuid[], int[], int[], text[], int[], text[], text[], text[],
    text[], text[], text[], timestamptz[], timestamptz[], boolean[], text[]);
drop function if exists promote_queued();
drop function if exists bootstrap(text, bytea, text[], boolean);
