package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.ops.EmbeddedDatabase;
import dev.reflow.support.FlowBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits of which the service never hears: its connection breaks before the answer comes. */
class LostAnswerIT {
    private static final String KEY = "saf_lost-answer";
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final JsonNode INPUT = FlowBuilder.json("{'order': 'A-1'}");

    @TempDir
    static Path temp;

    static EmbeddedDatabase database;
    static DatabaseProxy proxy;
    static ReflowProcess service;

    @BeforeAll
    static void start() throws Exception {
        database = EmbeddedDatabase.start(temp.toRealPath().resolve("database"));
        proxy = new DatabaseProxy(database.port());
        service = ReflowProcess.start(
                temp.toRealPath().resolve("unused"),
                Map.of(
                        "QUARKUS_DATASOURCE_REACTIVE_URL",
                        "postgresql://127.0.0.1:" + proxy.port() + "/" + database.database(),
                        "QUARKUS_DATASOURCE_USERNAME",
                        database.user(),
                        "QUARKUS_DATASOURCE_PASSWORD",
                        database.password(),
                        "REFLOW_BOOTSTRAP_API_KEY",
                        KEY,
                        // What a beat would find has to be found before.
                        "REFLOW_ENGINE_HEARTBEAT_INTERVAL",
                        "1m",
                        "REFLOW_ENGINE_DEAD_AFTER",
                        "2m"));
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable started : Arrays.asList(service, proxy, database)) {
            if (started != null) {
                started.close();
            }
        }
    }

    @Test
    void executionOfWhoseStartTheServiceNeverHearsIsExecuted() throws Exception {
        ReflowClient client = service.client(KEY);
        String flow = client.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}"));
        proxy.loseAnswersTo("start_execution(");
        CompletableFuture<String> unanswered = CompletableFuture.supplyAsync(() -> execute(client, flow));
        String execution = awaitRow("flow_execution", "flow_id = '" + flow + "'");
        loseNothing();
        assertThat(unanswered.handle((id, failure) -> failure).join()).isNotNull();
        client.awaitCompletion(execution, SOON);
    }

    private static String execute(ReflowClient client, String flow) {
        try {
            return client.execute(flow, INPUT);
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void reExecutionOfWhichTheServiceNeverHearsIsFoundToBeDone() throws Exception {
        ReflowClient client = service.client(KEY);
        String flow = client.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}"));
        String execution = client.execute(flow, INPUT);
        client.awaitCompletion(execution, SOON);
        proxy.loseAnswersTo("re_execute(");
        CompletableFuture<ReflowClient.Answer> asked =
                CompletableFuture.supplyAsync(() -> reExecute(client, execution));
        awaitRow("flow_execution", "generation = 2 and id = '" + execution + "'");
        loseNothing();
        ReflowClient.Answer answer = asked.join().expect(204);
        assertThat(answer.generation()).isEqualTo(2);
        assertThat(answer.headers().firstValue("Idempotent-Replayed")).isEmpty();
        client.awaitCompletion(execution, SOON);
        assertThat(client.tasks(execution)).hasSize(1);
        assertThat(client.get("/api/flow-executions/" + execution + "/generations")
                        .expect(200)
                        .json()
                        .path("generations"))
                .hasSize(2);
    }

    private static ReflowClient.Answer reExecute(ReflowClient client, String execution) {
        try {
            return client.post("/api/flow-executions/" + execution + "/execute", INPUT);
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void executionOfWhoseClaimTheServiceNeverHearsGoesOn() throws Exception {
        ReflowClient client = service.client(KEY);
        String execution = executePausing(client);
        lose("from claim(");
        await().atMost(SOON).until(() -> {
            proxy.cutSilentConnections();
            return find("flow_execution", "owner is not null and id = '" + execution + "'")
                    .isPresent();
        });
        loseNothing();
        client.awaitCompletion(execution, SOON);
    }

    @Test
    void resultOfWhoseRecordingTheServiceNeverHearsIsRecordedOnce() throws Exception {
        ReflowClient client = service.client(KEY);
        String execution = executePausing(client);
        lose("record_tasks(");
        await().atMost(SOON).until(() -> {
            proxy.cutSilentConnections();
            return find(
                            "task_execution",
                            "task_name = 'pause' and processing_status = 'completed' and flow_execution_id = '"
                                    + execution + "'")
                    .isPresent();
        });
        loseNothing();
        client.awaitCompletion(execution, SOON);
        assertThat(client.tasks(execution)).hasSize(3);
        assertThat(client.output(execution, "copy").textValue()).isEqualTo("A-1");
    }

    /** Executes a flow, and waits until it waits. */
    private static String executePausing(ReflowClient client) throws Exception {
        String flow = client.createFlow(FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task("pause", "delay", "{'seconds': 2, 'order': '{{order.order}}'}")
                .task("copy", "format_data", "{'expression': 'order', 'data': '{{pause.output}}'}"));
        String execution = client.execute(flow, INPUT);
        return awaitRow("flow_execution", "owner is null and id = '" + execution + "'");
    }

    /** New connections are needed, as the old ones have parsed the statement long ago. */
    private static void lose(String statement) {
        proxy.loseAnswersTo(statement);
        proxy.cutConnections();
    }

    @AfterEach
    void loseNothing() {
        proxy.loseNothing();
        proxy.cutSilentConnections();
    }

    @AfterEach
    void invariantsHold() throws SQLException {
        try (Connection connection = connect()) {
            StoredInvariants.check(connection);
        }
    }

    private static String awaitRow(String table, String condition) {
        return await().atMost(SOON)
                .until(() -> find(table, condition), found -> found.isPresent())
                .orElseThrow();
    }

    /** Past the proxy. */
    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + database.database(),
                database.user(),
                database.password());
    }

    /** A row's id. */
    private static Optional<String> find(String table, String condition) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select id from " + table + " where " + condition)) {
            return found.next() ? Optional.of(found.getString(1)) : Optional.empty();
        }
    }
}
