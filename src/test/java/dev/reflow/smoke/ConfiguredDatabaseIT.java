package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.ops.EmbeddedDatabase;
import dev.reflow.support.FlowBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services on a PostgreSQL that somebody else keeps running, or does not. */
class ConfiguredDatabaseIT {
    private static final String KEY = "saf_configured-database";
    private static final int TERMINATIONS = 10;
    private static final int REQUESTS_BETWEEN = 20;

    @TempDir
    Path temp;

    private Path unused;
    private EmbeddedDatabase database;

    @BeforeEach
    void startDatabase() throws Exception {
        unused = temp.toRealPath().resolve("unused");
        database = EmbeddedDatabase.start(databaseFolder());
    }

    private Path databaseFolder() throws Exception {
        return temp.toRealPath().resolve("database");
    }

    @AfterEach
    void stopDatabase() {
        database.close();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("QUARKUS_DATASOURCE_REACTIVE_URL", location());
        environment.put("QUARKUS_DATASOURCE_USERNAME", database.user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
        environment.put("REFLOW_BOOTSTRAP_API_KEY", KEY);
        environment.put("REFLOW_TASK_HTTP_ALLOW_PRIVATE_NETWORKS", "true");
        return environment;
    }

    private String location() {
        return "postgresql://127.0.0.1:" + database.port() + "/" + database.database();
    }

    @Test
    void configuredDatabaseIsUsedInstead() throws Exception {
        Map<String, String> bothUrls = environment();
        bothUrls.put("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:" + location());
        try (ReflowProcess first = ReflowProcess.start(unused, environment())) {
            FirstStartText text = first.awaitFirstStartText();
            assertThat(text.key()).isEqualTo(KEY);
            try (ReflowProcess second = ReflowProcess.start(unused, bothUrls)) {
                ReflowClient here = first.client(KEY);
                ReflowClient there = second.client(KEY);
                String flow = here.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}"));
                String execution = there.execute(flow, FlowBuilder.json("{'order': 'A-1'}"));
                here.awaitCompletion(execution, Duration.ofSeconds(20));
                assertThat(there.tasks(execution)).isEqualTo(here.tasks(execution));
                assertThat(there.get("/api/flows").text())
                        .isEqualTo(here.get("/api/flows").text())
                        .contains(text.organization());
                second.terminate();
                assertThat(second.output()).doesNotContain(KEY, "API key", "curl");
            }
        }
        assertThat(count("organization")).isEqualTo(1);
        assertThat(count("api_key")).isEqualTo(1);
        assertThat(unused).doesNotExist();
    }

    private int count(String table) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:" + location(), database.user(), database.password());
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from " + table)) {
            count.next();
            return count.getInt(1);
        }
    }

    @Test
    void wrongDatabasePasswordSaysSo() throws Exception {
        Map<String, String> environment = environment();
        environment.put("QUARKUS_DATASOURCE_PASSWORD", "guessed");
        try (ReflowProcess service = ReflowProcess.launch(unused, environment)) {
            assertThat(service.awaitEnd()).isNotZero();
            assertThat(service.output()).contains("password authentication failed for user \"reflow\"");
        }
    }

    @Test
    void serviceIsNotReadyOnADatabaseThatMayLoseWhatItAnswers() throws Exception {
        database.close();
        Path settings = databaseFolder().resolve(Path.of("database", "cluster", "postgresql.auto.conf"));
        Files.writeString(settings, "fsync = off\n", StandardOpenOption.APPEND);
        database = EmbeddedDatabase.start(databaseFolder());
        try (ReflowProcess service = ReflowProcess.launch(unused, environment())) {
            ReflowClient client = service.client(KEY);
            await().atMost(Duration.ofSeconds(90)).until(client::isAnswering);
            ReflowClient.Answer answer = client.get("/q/health/ready");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(service.output()).contains("not ready: the database may lose what it has answered");
            assertThat(answer.text()).contains("set fsync = on");
        }
    }

    @Test
    void serviceWritesNothingButTemporaryFiles() throws Exception {
        assumeTrue(
                new ProcessBuilder("unshare", "--user", "--map-root-user", "--mount", "true")
                                .start()
                                .waitFor()
                        == 0,
                "name spaces are forbidden here");
        try (ReflowProcess service = ReflowProcess.launchContained(unused, environment())) {
            service.awaitReady();
            ReflowClient client = service.client(KEY);
            String flow = client.createFlow(FlowBuilder.flow()
                    .task("order", "webhook_receive", "{}")
                    .task("copy", "format_data", "{'expression': '$', 'data': '{{order.output}}'}"));
            JsonNode order = JsonNodeFactory.instance.objectNode().put("text", "x".repeat(1_000_000));
            client.awaitCompletion(client.execute(flow, order), Duration.ofSeconds(20));
            assertThat(service.terminate()).isIn(0, 143);
            assertThat(service.output()).contains("Read-only file system"); // of what was tried first
            assertThat(service.complaints()).isEmpty();
        }
        assertThat(unused.resolveSibling("written")).doesNotExist();
    }

    @Test
    void serviceRecoversWhenItsDatabaseComesBack() throws Exception {
        try (RemoteService remote = new RemoteService();
                ReflowProcess service = ReflowProcess.start(unused, environment())) {
            ReflowClient client = service.client(KEY);
            String flow = client.createFlow(FlowBuilder.flow()
                    .task("order", "webhook_receive", "{}")
                    .task("rate", "http_request", "{'url': '" + remote.url("/held") + "'}")
                    .task(
                            "total",
                            "format_data",
                            "{'expression': 'rate * 2', 'data': {'rate': '{{rate.body.amount}}'}}"));
            String execution = client.execute(flow, FlowBuilder.json("{}"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !remote.requests("/held").isEmpty());

            int port = database.port();
            database.close();
            await().atMost(Duration.ofSeconds(30)).until(() -> client.readiness() == 503);
            assertContractError(client.get("/api/flow-executions/" + execution));
            assertContractError(
                    client.post("/api/flow-executions", FlowBuilder.json("{'flow_id': '" + flow + "', 'input': {}}")));
            client.get("/q/health/live").expect(200);
            remote.release();

            database = EmbeddedDatabase.start(databaseFolder());
            assertThat(database.port()).isEqualTo(port);
            await().atMost(Duration.ofSeconds(60)).until(client::isReady);
            client.awaitCompletion(execution, Duration.ofSeconds(60));
            client.awaitCompletion(client.execute(flow, FlowBuilder.json("{}")), Duration.ofSeconds(60));
            assertThat(client.output(execution, "total").intValue()).isEqualTo(10);
            assertThat(remote.requests("/held")).hasSize(2);
        }
    }

    /** Whatever a session was in the middle of, also a commit whose answer nobody gets any more. */
    @Test
    void nothingIsStuckAfterSessionsWereTerminatedUnderLoad() throws Exception {
        try (ReflowProcess service = ReflowProcess.start(unused, environment())) {
            ReflowClient client = service.client(KEY);
            String flow = client.createFlow(FlowBuilder.flow()
                    .task("order", "webhook_receive", "{}")
                    .task("pause", "delay", "{'seconds': 0.1, 'order': '{{order.output}}'}")
                    .task("copy", "format_data", "{'expression': '$', 'data': '{{pause.order}}'}"));
            JsonNode request = FlowBuilder.json("{'flow_id': '" + flow + "', 'input': {}}");
            for (int round = 0; round < TERMINATIONS; round++) {
                List<CompletableFuture<Integer>> answers = Stream.generate(() -> status(client, request))
                        .limit(REQUESTS_BETWEEN)
                        .toList();
                answers.get(0).join(); // in the middle of the others
                terminateSessions();
                answers.forEach(answer -> assertThat(answer.join()).isIn(201, 500, 503));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> count("flow_execution where active") == 0);
            assertThat(count("flow_execution where owner is not null or status <> 'completed'"))
                    .isZero();
            assertThat(count("flow_execution")).isGreaterThan(TERMINATIONS);
        }
    }

    private static CompletableFuture<Integer> status(ReflowClient client, JsonNode request) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return client.post("/api/flow-executions", request).status();
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private void terminateSessions() throws Exception {
        count("pg_stat_activity where case when pid <> pg_backend_pid() and datname = current_database()"
                + " then pg_terminate_backend(pid) end");
    }

    private static void assertContractError(ReflowClient.Answer answer) {
        assertThat(answer.status()).isIn(500, 503);
        JsonNode error = answer.json();
        assertThat(error.path("error").path("code").textValue())
                .isIn("internal_error", "repository_error", "unavailable");
        assertThat(error.path("error").path("message").textValue()).isNotEmpty();
        assertThat(error.path("request_id").textValue()).isNotEmpty();
    }
}
