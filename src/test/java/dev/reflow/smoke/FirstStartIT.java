package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.FlowBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How somebody gets in who has nothing but the service. */
class FirstStartIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void chooseFolder() throws Exception {
        folder = temp.toRealPath().resolve("data");
    }

    @Test
    void firstStartPrintsWhatIsNeededOnce() throws Exception {
        FirstStartText text;
        try (ReflowProcess service = ReflowProcess.start(folder, Map.of())) {
            text = service.awaitFirstStartText();
            assertThat(text.url()).isEqualTo(service.url());
            assertThat(text.apiDocs()).startsWith(service.url());
            assertThat(text.organization()).matches("[0-9a-f-]{36}");
            assertThat(text.key()).matches("saf_[A-Za-z0-9_-]{43}");
            runAsPrinted(text.commands(), service.client(text.key()));
            assertThat(rowsThatContain(service, text.key())).isEmpty();
            assertThat(service.complaints()).isEmpty();
            service.terminate();
        }
        try (ReflowProcess service = ReflowProcess.start(folder, Map.of())) {
            // Written when the process before was stopped.
            assertThat(keys(service.client(text.key())).path(0).hasNonNull("last_used_at"))
                    .isTrue();
            assertThat(service.client(text.key())
                            .get("/api/flows")
                            .expect(200)
                            .json()
                            .path("total")
                            .intValue())
                    .isEqualTo(1);
            service.terminate();
            assertThat(service.output()).doesNotContain(text.key(), text.organization(), "API key", "curl");
        }
    }

    @Test
    @JvmOnly
    void secondServiceOnTheSameFolderSaysSoAndStops() throws Exception {
        String key = "saf_of-the-first-service";
        try (ReflowProcess service = ReflowProcess.start(folder, Map.of("REFLOW_BOOTSTRAP_API_KEY", key));
                ReflowProcess second = ReflowProcess.launch(folder, Map.of())) {
            assertThat(second.awaitEnd()).isNotZero();
            assertThat(second.output())
                    .contains("The database folder " + folder + " is in use by process " + service.pid())
                    .doesNotContain("\tat ");
            assertThat(service.client(key).isReady()).isTrue();
            service.client(key).get("/api/flows").expect(200);
        }
    }

    @Test
    void everyLineIsAnObjectWhereThatIsAskedFor() throws Exception {
        try (ReflowProcess service = ReflowProcess.start(folder, Map.of("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true"))) {
            await().atMost(SOON).until(() -> service.output().contains("reflow is ready for the first time"));
            service.terminate();
            assertThat(service.output().lines())
                    .hasSizeGreaterThan(3)
                    .allSatisfy(line -> assertThat(
                                    FlowBuilder.json(line.replace("'", "")).has("message"))
                            .isTrue())
                    .anySatisfy(line -> assertThat(line).contains("API key"));
        }
    }

    @Test
    void settingsThatAreWrongAreToldBeforeAnythingIsDone() throws Exception {
        try (ReflowProcess service = ReflowProcess.launch(
                folder,
                Map.of("REFLOW_ENGINE_DEAD_AFTER", "soon", "REFLOW_TTL_BATCH", "0", "REFLOW_LIVE_BUFFER", "7"))) {
            assertThat(service.awaitEnd()).isEqualTo(1);
            assertThat(service.output().lines())
                    .containsExactly(
                            "reflow cannot start: REFLOW_TTL_BATCH (reflow.ttl.batch) is \"0\", it has to be a whole"
                                    + " number, at least 1.",
                            "reflow cannot start: REFLOW_ENGINE_DEAD_AFTER (reflow.engine.dead-after) is \"soon\", it has"
                                    + " to be a duration like 10s, longer than nothing.");
        }
        assertThat(folder).doesNotExist();
    }

    private static void runAsPrinted(List<String> commands, ReflowClient client) throws Exception {
        String execution = bash(commands.get(0), "").strip();
        assertThat(execution).matches("[0-9a-f-]{36}");
        client.awaitCompletion(execution, SOON);
        assertThat(bash(commands.get(1), execution)).contains("\"task_name\":\"total\"", "\"total\":430.14");
        assertThat(bash(commands.get(2), execution)).startsWith("HTTP/1.1 204 ");
        client.awaitCompletion(execution, SOON);
        assertThat(client.tasks(execution))
                .hasSize(5)
                .allSatisfy(task ->
                        assertThat(task.path("task_execution_idx").intValue()).isEqualTo(1));
    }

    private static String bash(String command, String id) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("id", id);
        Process bash = builder.start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /** The tables in which a text stands, also as the bytes of a column. */
    private static List<String> rowsThatContain(ReflowProcess service, String text) throws Exception {
        String bytes = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        List<String> found = new ArrayList<>();
        try (Connection connection = service.folder().connect();
                Statement statement = connection.createStatement()) {
            List<String> tables = tables(statement);
            assertThat(tables).contains("api_key");
            for (String table : tables) {
                String search = "select count(*) from %s t where strpos(t::text, '%s') + strpos(t::text, '%s') > 0";
                try (ResultSet count = statement.executeQuery(search.formatted(table, text, bytes))) {
                    count.next();
                    if (count.getInt(1) > 0) {
                        found.add(table);
                    }
                }
            }
        }
        return found;
    }

    private static List<String> tables(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet names = statement.executeQuery(
                "select table_name from information_schema.tables where table_schema = 'public'")) {
            while (names.next()) {
                tables.add(names.getString(1));
            }
        }
        return tables;
    }

    @Test
    void keyIsToldEvenIfThePortIsTaken() throws Exception {
        FirstStartText text;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                ReflowProcess service = ReflowProcess.launch(folder, taken.getLocalPort(), Map.of())) {
            assertThat(service.awaitEnd()).isNotZero();
            text = service.awaitFirstStartText();
        }
        try (ReflowProcess service = ReflowProcess.start(folder, Map.of())) {
            service.client(text.key()).get("/api/flows").expect(200);
        }
    }

    @Test
    void bootstrapKeyMustBeginWithSaf() throws Exception {
        try (ReflowProcess service = ReflowProcess.launch(
                folder, Map.of("REFLOW_BOOTSTRAP_API_KEY", "secret-4711", "QUARKUS_DATASOURCE_REACTIVE_URL", ""))) {
            assertThat(service.awaitEnd()).isNotZero();
            assertThat(service.output())
                    .contains("REFLOW_BOOTSTRAP_API_KEY has to begin with saf_")
                    .doesNotContain("secret-4711");
            assertThat(service.folder().server()).isEmpty();
        }
        try (ReflowProcess service =
                ReflowProcess.start(folder, Map.of("REFLOW_BOOTSTRAP_API_KEY", "saf_the-first-one"))) {
            FirstStartText text = service.awaitFirstStartText();
            assertThat(text.key()).isEqualTo("saf_the-first-one");
            ReflowClient admin = service.client("saf_the-first-one");
            List<String> made = new ArrayList<>(ids(keys(admin)));
            made.addAll(ids(admin.get("/api/service-accounts").json()));
            made.addAll(ids(admin.get("/api/flows").json().path("flows")));
            made.add(text.organization());
            assertThat(recorded(admin)).hasSize(4).containsExactlyInAnyOrderElementsOf(made);
            service.terminate();
        }
        try (ReflowProcess service =
                ReflowProcess.start(folder, Map.of("REFLOW_BOOTSTRAP_API_KEY", "saf_a-later-one"))) {
            ReflowClient admin = service.client("saf_a-later-one");
            assertThat(recorded(admin)).hasSize(5).containsAll(ids(keys(admin)));
            service.client("saf_the-first-one").get("/api/flows").expect(200);
            service.client("saf_neither").get("/api/flows").expect(401);
            assertThat(FirstStartText.find(service.output())).isEmpty();
        }
    }

    /** What the starts of the service have made, as the records of changes say. */
    private static List<String> recorded(ReflowClient admin) throws Exception {
        JsonNode records =
                admin.get("/api/audit-events?operation=bootstrap").expect(200).json();
        return texts(records, "thing_id");
    }

    private static JsonNode keys(ReflowClient admin) throws Exception {
        String account = ids(admin.get("/api/service-accounts").json()).get(0);
        return admin.get("/api/service-accounts/" + account + "/api-keys").json();
    }

    private static List<String> ids(JsonNode things) {
        return texts(things, "id");
    }

    private static List<String> texts(JsonNode things, String name) {
        List<String> texts = new ArrayList<>();
        things.forEach(thing -> texts.add(thing.path(name).textValue()));
        return texts;
    }
}
