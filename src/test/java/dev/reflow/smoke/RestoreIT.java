package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.support.FlowBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the database goes on elsewhere with what was running when it was made. */
class RestoreIT {
    private static final String KEY = "saf_restore";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path temp;

    private static Map<String, String> environment(CrashingDatabase database) {
        return Map.of(
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "postgresql://127.0.0.1:" + database.port() + "/" + database.name(),
                "QUARKUS_DATASOURCE_USERNAME",
                database.user(),
                "QUARKUS_DATASOURCE_PASSWORD",
                database.password(),
                "REFLOW_BOOTSTRAP_API_KEY",
                KEY,
                "REFLOW_TASK_HTTP_ALLOW_PRIVATE_NETWORKS",
                "true",
                "REFLOW_ENGINE_HEARTBEAT_INTERVAL",
                "500ms",
                "REFLOW_ENGINE_DEAD_AFTER",
                "3s");
    }

    @Test
    void copiedDatabaseGoesOnWithWhatWasRunning() throws Exception {
        Path folder = temp.toRealPath();
        try (RemoteService remote = new RemoteService()) {
            List<String> executions = whileTheyRun(folder, remote, database -> {
                database.crash();
                copy(folder.resolve("database"), folder.resolve("copy"));
            });
            try (CrashingDatabase copy = new CrashingDatabase(folder.resolve("copy"))) {
                goOn(folder, copy, remote, executions);
            }
        }
    }

    @Test
    void dumpedTablesGoOnWithWhatWasRunning() throws Exception {
        Path folder = temp.toRealPath();
        Dump dump = new Dump(Files.createDirectory(folder.resolve("dump")));
        try (RemoteService remote = new RemoteService()) {
            List<String> executions = whileTheyRun(folder, remote, dump::write);
            try (CrashingDatabase other = new CrashingDatabase(folder.resolve("other"))) {
                dump.restore(other);
                goOn(folder, other, remote, executions);
            }
        }
    }

    private static void goOn(Path folder, CrashingDatabase copy, RemoteService remote, List<String> executions)
            throws Exception {
        remote.release();
        try (ReflowProcess service = ReflowProcess.start(folder.resolve("unused"), environment(copy))) {
            ReflowClient client = service.client(KEY);
            for (String execution : executions) {
                client.awaitCompletion(execution, SOON);
                client.reExecute(execution, true, "after-the-restore").expect(204);
                client.awaitCompletion(execution, SOON);
            }
        }
    }

    private interface Backup {
        void of(CrashingDatabase database) throws Exception;
    }

    /** One execution is in the middle of a call, another one waits for a time. */
    private static List<String> whileTheyRun(Path folder, RemoteService remote, Backup backup) throws Exception {
        try (CrashingDatabase database = new CrashingDatabase(folder.resolve("database"));
                ReflowProcess service = ReflowProcess.start(folder.resolve("unused"), environment(database))) {
            ReflowClient client = service.client(KEY);
            String calling = client.execute(
                    client.createFlow(FlowBuilder.flow()
                            .task("order", "webhook_receive", "{}")
                            .task(
                                    "call",
                                    "http_request",
                                    "{'url': '" + remote.url("/held") + "', 'body': '{{order.output}}',"
                                            + " 'method': 'POST'}")),
                    FlowBuilder.json("{}"));
            String pausing = client.execute(
                    client.createFlow(FlowBuilder.flow()
                            .task("order", "webhook_receive", "{}")
                            .task("pause", "delay", "{'seconds': 10, 'order': '{{order.output}}'}")),
                    FlowBuilder.json("{}"));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(
                                    database.texts(
                                            "select task_name from task_execution where processing_status = 'running' order by 1"))
                            .containsExactly("call", "pause"));
            backup.of(database);
            return List.of(calling, pausing);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
