package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.FlowBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executions go on after their service was ended in the middle of them. */
@JvmOnly
class InterruptionIT {
    private static final String KEY = "saf_interruption";
    private static final JsonNode INPUT = FlowBuilder.json("{'order': 'A-1'}");

    @TempDir
    Path temp;

    private Path folder;
    private RemoteService remote;

    @BeforeEach
    void open() throws Exception {
        folder = temp.toRealPath().resolve("data");
        remote = new RemoteService();
    }

    @AfterEach
    void close() {
        remote.close();
    }

    private Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(
                Map.of("REFLOW_BOOTSTRAP_API_KEY", KEY, "REFLOW_TASK_HTTP_ALLOW_PRIVATE_NETWORKS", "true"));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    /** One task is over, one is held up by the remote service, and one waits, when the request is held. */
    private FlowBuilder flow() {
        return FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task(
                        "price",
                        "http_request",
                        "{'url': '" + remote.url("/price") + "', 'body': '{{order.output}}'," + " 'method': 'POST'}")
                .task("pause", "delay", "{'seconds': 0.5, 'price': '{{price.body.amount}}'}")
                .task("second_pause", "delay", "{'seconds': 0.2, 'price': '{{price.body.amount}}'}")
                .task("long_pause", "delay", "{'seconds': 8, 'order': '{{order.order}}'}")
                .task(
                        "rate",
                        "http_request",
                        "{'url': '" + remote.url("/held") + "', 'method': 'POST',"
                                + " 'body': ['{{pause.price}}', '{{second_pause.price}}']}")
                .task(
                        "total",
                        "format_data",
                        "{'expression': 'price * rate', 'data': {'order': '{{long_pause.order}}',"
                                + " 'price': '{{pause.price}}', 'rate': '{{rate.body.amount}}'}}");
    }

    private static FlowBuilder waitingFlow() {
        return FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task("pause", "delay", "{'seconds': 4, 'order': '{{order.order}}'}");
    }

    private void awaitHeldRequests(int number) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> remote.requests("/held").size() >= number);
    }

    @Test
    void executionThatRanDuringKill9CompletesAfterTheNextStart() throws Exception {
        String execution;
        String waiting;
        List<JsonNode> before;
        try (ReflowProcess service = ReflowProcess.start(folder, environment())) {
            ReflowClient client = service.client(KEY);
            waiting = client.execute(client.createFlow(waitingFlow()), INPUT);
            execution = client.execute(client.createFlow(flow()), INPUT);
            awaitHeldRequests(1);
            before = completed(client.tasks(execution));
            service.kill();
            assertThat(service.folder().server()).isPresent();

            try (ReflowProcess next = ReflowProcess.start(folder, environment())) {
                awaitHeldRequests(2);
                remote.release();
                ReflowClient nextClient = next.client(KEY);
                nextClient.awaitCompletion(execution, Duration.ofSeconds(40));
                nextClient.awaitCompletion(waiting, Duration.ofSeconds(40));
                assertThat(before)
                        .hasSize(4)
                        .allSatisfy(
                                task -> assertThat(nextClient.tasks(execution)).contains(task));
                assertThat(nextClient.output(execution, "total").intValue()).isEqualTo(30);
                assertThat(nextClient.output(waiting, "pause").path("order").textValue())
                        .isEqualTo("A-1");
                assertThatEverythingHasEnded(next);
            }
        }
        assertThat(remote.requests("/price")).hasSize(1);
        assertThat(remote.requests("/held")).hasSize(2);
        assertThat(remote.requests("/held").stream().map(RemoteService.Request::idempotencyKey))
                .doesNotContainNull()
                .containsOnly(remote.requests("/held").get(0).idempotencyKey());
        assertThat(remote.requests("/price").get(0).idempotencyKey())
                .isNotEqualTo(remote.requests("/held").get(0).idempotencyKey());
    }

    @Test
    void sigtermHandsOverAtOnce() throws Exception {
        // so long that nobody would wait for it
        Map<String, String> environment = environment("REFLOW_ENGINE_DEAD_AFTER", "1h");
        String execution;
        String waiting;
        List<JsonNode> before;
        try (ReflowProcess service = ReflowProcess.start(folder, environment)) {
            ReflowClient client = service.client(KEY);
            waiting = client.execute(client.createFlow(waitingFlow()), INPUT);
            execution = client.execute(client.createFlow(flow()), INPUT);
            awaitHeldRequests(1);
            before = completed(client.tasks(execution));
            ProcessHandle server = service.folder().server().orElseThrow();
            assertThat(service.terminate()).isEqualTo(128 + 15);
            await().until(() -> !server.isAlive());
            assertThat(service.complaints()).isEmpty();
        }
        try (ReflowProcess service = ReflowProcess.start(folder, environment)) {
            ReflowClient client = service.client(KEY);
            awaitHeldRequests(2);
            remote.release();
            client.awaitCompletion(execution, Duration.ofSeconds(40));
            client.awaitCompletion(waiting, Duration.ofSeconds(40));
            assertThat(client.tasks(execution)).containsAll(before);
            assertThatEverythingHasEnded(service);
        }
        assertThat(remote.requests("/price")).hasSize(1);
        assertThat(remote.requests("/held")).hasSize(2);
    }

    /** The one that must not be interrupted outlasts the time that others get; nobody makes either call again. */
    @Test
    void sigtermLetsCallsThatAreUnderWayEndAndOthersDoTheRest() throws Exception {
        Map<String, String> environment = environment("REFLOW_ENGINE_SHORT_TASK_GRACE", "3s");
        String firm;
        String brief;
        Instant asked;
        Instant ended;
        try (ReflowProcess service = ReflowProcess.start(folder, environment)) {
            ReflowClient client = service.client(KEY);
            firm = client.execute(client.createFlow(callingFlow("/takes/5000", false)), INPUT);
            await().until(() -> remote.requests("/takes/5000").size() == 1);
            brief = client.execute(client.createFlow(callingFlow("/takes/1000", true)), INPUT);
            await().until(() -> remote.requests("/takes/1000").size() == 1);
            asked = Instant.now();
            assertThat(service.terminate()).isEqualTo(128 + 15);
            ended = Instant.now();
            assertThat(service.complaints()).isEmpty();
        }
        try (ReflowProcess service = ReflowProcess.start(folder, environment)) {
            ReflowClient client = service.client(KEY);
            for (String execution : List.of(firm, brief)) {
                client.awaitCompletion(execution, Duration.ofSeconds(40));
                assertThat(endOf(client, execution, "call")).isBetween(asked, ended);
                assertThat(client.output(execution, "total").isNumber()).isTrue();
            }
            assertThat(Duration.between(asked, endOf(client, firm, "call"))).isGreaterThan(Duration.ofSeconds(3));
            assertThatEverythingHasEnded(service);
        }
        assertThat(remote.requests("/takes/5000")).hasSize(1);
        assertThat(remote.requests("/takes/1000")).hasSize(1);
    }

    private FlowBuilder callingFlow(String path, boolean interruptible) {
        return FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task(
                        "call",
                        "http_request",
                        "{'url': '" + remote.url(path) + "', 'method': 'POST', 'body': '{{order.output}}'}",
                        task -> task.put("interruptible", interruptible))
                .task("total", "format_data", "{'expression': 'amount * 2', 'data': '{{call.body}}'}");
    }

    /** When the only task execution of a task was recorded as completed. */
    private static Instant endOf(ReflowClient client, String execution, String task) throws Exception {
        List<Instant> ends = completed(client.tasks(execution)).stream()
                .filter(attempt -> attempt.path("task_name").textValue().equals(task))
                .map(attempt -> Instant.parse(attempt.path("completed_at").textValue()))
                .toList();
        assertThat(ends).hasSize(1);
        return ends.get(0);
    }

    private static List<JsonNode> completed(List<JsonNode> tasks) {
        return tasks.stream()
                .filter(task -> task.path("processing_status").textValue().equals("completed"))
                .toList();
    }

    /** In good order, and nobody works on anything, or would have to. */
    private static void assertThatEverythingHasEnded(ReflowProcess service) throws Exception {
        try (Connection connection = service.folder().connect();
                Statement statement = connection.createStatement();
                ResultSet unfinished = statement.executeQuery(
                        "select count(*) from flow_execution where active or owner is not null")) {
            unfinished.next();
            assertThat(unfinished.getInt(1)).isZero();
            StoredInvariants.check(connection);
        }
    }
}
