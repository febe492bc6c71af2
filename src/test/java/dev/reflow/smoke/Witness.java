package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** What really happened between processes, as the database has seen it; see {@code witness.sql}. */
final class Witness {
    private static final String SINCE = " from witness.hand where id > ? and ";

    private final CrashingDatabase database;
    private long mark;
    private long attemptMark;

    private Witness(CrashingDatabase database) {
        this.database = database;
    }

    /** @param process the only one that has been there */
    static Witness install(CrashingDatabase database, String process) throws IOException, SQLException {
        try (InputStream script = Witness.class.getResourceAsStream("/witness.sql")) {
            database.texts(new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
        }
        database.texts("insert into witness.node select id, ? from engine_node", process);
        return new Witness(database);
    }

    /** From now on, only what comes is counted. */
    void mark() throws SQLException {
        mark = database.count("select coalesce(max(id), 0) from witness.hand");
        attemptMark = database.count("select coalesce(max(id), 0) from witness.attempt");
    }

    /** Executions that processes were dead for and others were free to take up. */
    int rescued() throws SQLException {
        return count("statement = 'rescue_orphans'");
    }

    /** Executions that a process that was told to end gave back while they were not over. */
    int handedOver() throws SQLException {
        return count("statement in ('release', 'release_all')");
    }

    /** Generations that were replaced by the next one while a process worked on them. */
    int superseded() throws SQLException {
        return count("generation > generation_before and active_before and owner_before is not null");
    }

    /** Generations that more than one process has worked on. */
    int shared() throws SQLException {
        return database.count(
                "select count(*) from (select execution" + SINCE + "owner is not null group by execution, generation"
                        + " having count(distinct owner) > 1) as moved",
                mark);
    }

    /** How long the slowest execution that a process gave back was in nobody's hands. */
    Duration slowestHandover() throws SQLException {
        return Duration.ofMillis(database.count(
                "select coalesce(max(extract(epoch from (select min(t.at) from witness.hand t where t.id > h.id"
                        + " and t.execution = h.execution and t.owner is not null) - h.at) * 1000), 0)::int"
                        + " from witness.hand h where id > ? and statement in ('release', 'release_all')",
                mark));
    }

    /** Delays that took less time than they should, or far more. */
    List<String> delaysOfAnotherClock(Load load) throws SQLException {
        return database.texts(
                "select t.started_at || ' to ' || t.completed_at from task_execution t"
                        + " join flow_execution e on e.id = t.flow_execution_id where t.task_name = 'pause'"
                        + " and t.processing_status = 'completed' and e.flow_id::text = any (?)"
                        + " and t.completed_at - t.started_at not between (t.input ->> 'seconds')::float"
                        + " * interval '1 second' and interval '1 minute'",
                (Object) load.flows());
    }

    /** Writes that processes have sent by calling this function of the database. */
    int writes(String function) throws SQLException {
        return database.count(
                "select count(*) from witness.attempt where id > ? and statement = ?", attemptMark, function);
    }

    private int count(String condition) throws SQLException {
        return database.count("select count(*)" + SINCE + condition, mark);
    }

    /** Waits until a process works on so much that something will be in its hands when it is hurt. */
    void awaitHands(Node node, int executions) {
        await("work in the hands of " + node.name())
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> database.count(
                                "select count(*) from flow_execution e join witness.node n on n.id = e.owner"
                                        + " where n.process = ?",
                                node.name())
                        >= executions);
    }

    void awaitQuiet(Load load, Duration atMost) {
        await("end of all executions")
                .atMost(atMost)
                .untilAsserted(() -> assertThat(database.texts(
                                "select e.id || ' ' || e.status || ' generation ' || e.generation"
                                        + " || ' owner ' || coalesce(n.process, '-') || ' since ' || e.updated_at"
                                        + " from flow_execution e left join witness.node n on n.id = e.owner"
                                        + " where active and e.flow_id::text = any (?) limit 5",
                                (Object) load.flows()))
                        .isEmpty());
    }

    /** Checks, once nothing runs any more, what holds whatever happened. */
    void check(Load load) throws SQLException {
        try (Connection connection = database.connect()) {
            StoredInvariants.check(connection);
        }
        none("nobody writes for what another holds", "select text from witness.usurpation");
        none(
                "what has ended does not look as if it had not",
                "select id::text from flow_execution where not active and status in ('running', 'queued',"
                        + " 'awaiting_input', 'cancel_requested')");
        none(
                "no attempt of what has ended goes on",
                "select t.id::text from task_execution t join flow_execution e on e.id = t.flow_execution_id"
                        + " and e.generation = t.generation where not e.active and t.processing_status in ('running',"
                        + " 'queued', 'awaiting_input')");
        none(
                "no generation failed that had no reason to",
                "select g.flow_execution_id || ' ' || g.generation || coalesce(g.end_message, '') from generation g"
                        + " join flow_execution e on e.id = g.flow_execution_id"
                        + " where g.end_reason = 'failed' and e.flow_id::text = any (?)",
                (Object) load.flowsThatSucceed());
        none(
                "no attempt failed but by a refusal",
                "select t.task_name || t.error from task_execution t join flow_execution e on e.id = t.flow_execution_id"
                        + " where t.processing_status = 'failed' and t.error ->> 'message' not like '%503%'"
                        + " and e.flow_id::text = any (?)",
                (Object) load.flowsThatSucceed());
        none(
                "what is not repeated fails only when it was lost",
                "select t.error::text from task_execution t join flow_execution e on e.id = t.flow_execution_id"
                        + " where t.processing_status = 'failed' and t.error ->> 'message' not like 'lost:%'"
                        + " and e.flow_id::text = ?",
                load.flowOfWhichAttemptsAreNotRepeated());
    }

    private void none(String fact, String violations, Object... arguments) throws SQLException {
        assertThat(database.texts(violations, arguments)).as(fact).isEmpty();
    }

    String summary() throws SQLException {
        return "%d rescued, %d handed over, %d superseded while running, %d worked on by several"
                .formatted(rescued(), handedOver(), superseded(), shared());
    }
}
