package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long work has nobody who does it, when one of two processes is killed and when it is told to end, with the times
 * of the default configuration. It needs the packaged service, as {@code ./mvnw package} builds it.
 */
class TakeOverBench {
    private static final String KEY = "saf_take-over";
    private static final int ROUNDS = 3;
    private static final int EXECUTIONS = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path temp;

    private final List<Node> nodes = new ArrayList<>();
    private CrashingDatabase database;
    private HoldingServer remote;
    private int calls;

    /** How a process ends. */
    private interface End {
        void of(Node node) throws IOException, InterruptedException;
    }

    @Test
    void timeUntilWorkRunsAgain() throws Exception {
        assertThat(Path.of(System.getProperty("reflow.jar")))
                .as("the packaged service; build it first: ./mvnw package -DskipTests")
                .exists();
        try (CrashingDatabase server = new CrashingDatabase(temp.toRealPath().resolve("database"));
                HoldingServer held = new HoldingServer()) {
            database = server;
            remote = held;
            start();
            for (int round = 0; round < ROUNDS; round++) {
                System.out.printf("%nafter kill -9: %.1f s%n", secondsAfter(Node::kill));
                System.out.printf("after SIGTERM: %.1f s%n", secondsAfter(Node::askToEnd));
            }
        } finally {
            for (Node node : nodes) {
                node.close();
            }
        }
    }

    private void start() throws Exception {
        ReflowClient client = join().client(KEY);
        String flow = client.createFlow(FlowBuilder.flow()
                .task("in", "webhook_receive", "{}")
                .task("call", "http_request", "{'url': '" + remote.url() + "', 'body': '{{in.output}}'}"));
        for (int i = 0; i < EXECUTIONS; i++) {
            client.execute(flow, FlowBuilder.json("{}"));
        }
        awaitCalls();
    }

    private Node join() throws IOException {
        Node node = Node.launch(
                "node-" + nodes.size(),
                Files.createTempDirectory(temp, "node").toRealPath().resolve("unused"),
                database,
                Map.of(
                        "REFLOW_BOOTSTRAP_API_KEY",
                        KEY,
                        "REFLOW_TASK_HTTP_ALLOW_PRIVATE_NETWORKS",
                        "true",
                        "REFLOW_TASK_HTTP_TIMEOUT",
                        "10m",
                        "QUARKUS_LOG_LEVEL",
                        "WARN"));
        nodes.add(node);
        return node.ready();
    }

    /** Ends the process that has all the work, once another one has been there for long enough to rescue. */
    private double secondsAfter(End end) throws Exception {
        Node victim = nodes.get(nodes.size() - 1);
        join();
        await().atMost(PATIENCE)
                .until(() -> database.count("select count(*) from engine_node"
                                + " where state = 'alive' and started_at < clock_timestamp() - interval '25 seconds'")
                        == 2);
        long began = System.nanoTime();
        end.of(victim);
        awaitCalls();
        return (System.nanoTime() - began) / 1e9;
    }

    /** Until all executions have called once more. */
    private void awaitCalls() {
        calls += EXECUTIONS;
        await("calls")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> remote.idempotencyKeys().size() >= calls);
    }
}
