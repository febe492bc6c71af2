package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.FlowBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One process runs executions and another only answers requests. The first looks for work so rarely that within the time
 * of a test it does what the other was asked for only because it was woken.
 */
class WakeUpIT {
    private static final String KEY = "saf_wake_up";
    private static final JsonNode INPUT = FlowBuilder.json("{'order': 'A-1'}");
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path temp;

    static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

    static RemoteService remote;
    static CrashingDatabase database;
    static Node api;

    @BeforeAll
    static void start() throws Exception {
        Path folder = temp.toRealPath();
        remote = opened(new RemoteService());
        database = opened(new CrashingDatabase(folder.resolve("database")));
        Map<String, String> settings = new HashMap<>(Map.of(
                "REFLOW_BOOTSTRAP_API_KEY",
                KEY,
                "REFLOW_TASK_HTTP_ALLOW_PRIVATE_NETWORKS",
                "true",
                "REFLOW_ENGINE_POLL_INTERVAL",
                "1h",
                "REFLOW_ENGINE_HEARTBEAT_INTERVAL",
                "1h",
                "REFLOW_ENGINE_DEAD_AFTER",
                "3h"));
        opened(Node.launch("engine", folder.resolve("unused"), database, settings))
                .ready();
        settings.put("REFLOW_ENGINE_ENABLED", "false");
        api = opened(Node.launch("api", folder.resolve("unused"), database, settings))
                .ready();
    }

    @AfterAll
    static void stop() throws Exception {
        while (!OPEN.isEmpty()) {
            OPEN.pop().close();
        }
    }

    private static <T extends AutoCloseable> T opened(T resource) {
        OPEN.push(resource);
        return resource;
    }

    private static ReflowClient client() {
        return api.client(KEY);
    }

    private static String held(String path) throws Exception {
        return client().createFlow(FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task(
                        "call",
                        "http_request",
                        "{'url': '" + remote.url(path) + "', 'body': '{{order.output}}', 'method': 'POST'}"));
    }

    private static void awaitCalls(String path, int number) {
        await("calls of " + path).atMost(SOON).until(() -> remote.requests(path).size() == number);
    }

    @Test
    void whatIsStartedAndReExecutedElsewhereIsTakenUpAtOnce() throws Exception {
        String execution = client().execute(held("/quick"), INPUT);
        client().awaitCompletion(execution, SOON);
        assertThat(client().reExecute(execution, false, "again").expect(204).generation())
                .isEqualTo(2);
        client().awaitCompletion(execution, SOON);
        assertThat(remote.requests("/quick")).hasSize(2);
    }

    @Test
    void whatRunsIsSupersededElsewhere() throws Exception {
        String execution = client().execute(held("/held/superseded"), INPUT);
        awaitCalls("/held/superseded", 1);
        client().reExecute(execution, false, "again").expect(204);
        awaitCalls("/held/superseded", 2);
    }

    @Test
    void whatRunsIsCancelledElsewhere() throws Exception {
        String execution = client().execute(held("/held/cancelled"), INPUT);
        awaitCalls("/held/cancelled", 1);
        client().post("/api/flow-executions/" + execution + "/cancel", FlowBuilder.json("{}"))
                .expect(204);
        await().atMost(SOON).until(() -> client().status(execution).equals("cancelled"));
        assertThat(database.count("select count(*) from flow_execution where id::text = ? and active", execution))
                .isZero();
    }

    @Test
    void whatWaitsGetsItsDataElsewhere() throws Exception {
        String execution = client().execute(
                        client().createFlow(FlowBuilder.flow()
                                .task("order", "webhook_receive", "{}")
                                .task(
                                        "answer",
                                        "wait_for_webhook",
                                        "{}",
                                        task -> task.putArray("depends_on").add("order"))),
                        INPUT);
        await().atMost(SOON)
                .until(() -> database.count(
                                "select count(*) from flow_execution where id::text = ? and status = 'awaiting_input'"
                                        + " and owner is null",
                                execution)
                        == 1);
        client().post(
                        "/api/flow-executions/" + execution + "/webhook-data",
                        FlowBuilder.json("{'task_name': 'answer', 'data': {'data': 1}}"))
                .expect(200);
        client().awaitCompletion(execution, SOON);
    }
}
