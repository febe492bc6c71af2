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
            List<String> executions = copyWhileTheyRun(folder, remote);
            remote.release();
            try (CrashingDatabase copy = new CrashingDatabase(folder.resolve("copy"));
                    ReflowProcess service = ReflowProcess.start(folder.resolve("unused"), environment(copy))) {
                for (String execution : executions) {
                    service.client(KEY).awaitCompletion(execution, SOON);
                }
            }
        }
    }

    /** One execution is in the middle of a call, another one waits for a time. */
    private static List<String> copyWhileTheyRun(Path folder, RemoteService remote) throws Exception {
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
            database.crash();
            copy(folder.resolve("database"), folder.resolve("copy"));
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
