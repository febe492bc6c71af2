package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.engine.embedded.HeldEngine;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which answer comes first, what it is decided on, and what it leaves alone. */
@QuarkusTest
class ReExecutionAnswersTest {
    private static final String OLD_TAG = "\"full.1.0.1\"";

    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    @Inject
    HeldEngine engine;

    private ApiClient api;
    private HoldingServer server;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
        server = new HoldingServer();
    }

    @AfterEach
    void invariantsHold() {
        server.close();
        invariants.check(api.organization());
    }

    private static FlowBuilder waiting(int number) {
        return flow().task("in", "webhook_receive", "{}")
                .task("wait", "wait_for_webhook", "{}")
                .task("out", "format_data", "{'expression': '" + number + "', 'data': '{{in.output}}'}");
    }

    /** With a task that must not be interrupted, which runs until the server is released. */
    private FlowBuilder uninterruptible() {
        return flow().task("in", "webhook_receive", "{}")
                .task(
                        "hold",
                        "http_request",
                        "{'url': '" + server.url() + "', 'n': '{{in.output}}'}",
                        task -> task.put("interruptible", false));
    }

    private void awaitCalls(int number) {
        await().until(() -> server.idempotencyKeys().size() == number);
    }

    private String waitingSince(String flow) {
        String execution = api.start(flow, "{}");
        awaitParked(execution);
        return execution;
    }

    private void awaitParked(String execution) {
        await().until(() -> organizations.count(
                        "select count(*) from flow_execution where id = $1 and active and owner is null"
                                + " and wake_at is null",
                        Tuple.of(UUID.fromString(execution)))
                == 1);
    }

    private void send(String execution) {
        json(
                api.post(
                        "/api/flow-executions/" + execution + "/webhook-data",
                        FlowBuilder.json("{'task_name': 'wait', 'data': {}}")),
                200);
    }

    private static String path(String execution) {
        return "/api/flow-executions/" + execution + "/execute";
    }

    private static RequestSpecification withKey(ApiClient client) {
        return client.request().header("Idempotency-Key", "k");
    }

    private static String code(Response refused, int status) {
        return json(refused, status).path("error").path("code").textValue();
    }

    @Test
    void replayComesBeforeThePreconditionAndThatBeforeTheConflict() {
        String flow = api.createFlow(uninterruptible());
        api.patch("/api/flows/" + flow, "{'visibility': 'private'}");
        String execution = api.start(flow, "{}");
        awaitCalls(1);
        String path = path(execution);
        assertThat(code(withKey(api).post(path), 409)).isEqualTo("conflict");
        server.release();
        api.awaitStatus(execution, "completed");

        server.close();
        server = new HoldingServer();
        api.putDefinition(flow, uninterruptible());
        assertThat(withKey(api).post(path).statusCode()).isEqualTo(204);
        awaitCalls(1);
        assertThat(code(api.request().post(path), 409)).isEqualTo("conflict");
        assertThat(code(api.request().header("If-Match", OLD_TAG).post(path), 412))
                .isEqualTo("precondition_failed");
        assertThat(withKey(api).post(path).header("Idempotent-Replayed")).isEqualTo("true");
        Response replayed = withKey(api).header("If-Match", OLD_TAG).post(path);
        assertThat(replayed.statusCode()).isEqualTo(204);
        assertThat(replayed.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(code(withKey(api).header("If-Match", OLD_TAG).post(path + "?only_stale=true"), 422))
                .isEqualTo("validation_error");

        ApiClient colleague = organizations.join(api.organization(), "colleague", "backoffice");
        assertThat(code(withKey(colleague).post(path), 403)).isEqualTo("forbidden");
        ApiClient stranger = organizations.create();
        assertThat(code(withKey(stranger).post(path), 404)).isEqualTo("not_found");
    }

    @Test
    void refusedCallChangesNothing() throws InterruptedException {
        String execution = api.start(api.createFlow(uninterruptible()), "{}");
        awaitCalls(1);
        try (HeldEngine.Hold hold = engine.hold()) {
            String before = ExecutionInStatus.rows(organizations, UUID.fromString(execution));
            ObjectNode in = (ObjectNode) api.task(execution, "in");
            JsonNode edited = in.deepCopy().set("output", FlowBuilder.json("{'n': 2}"));
            JsonNode unfitting = in.deepCopy().put("output", 5);
            assertThat(Stream.of(
                                    api.request().post(path(execution)),
                                    api.request().header("If-Match", OLD_TAG).post(path(execution)),
                                    api.put("/api/task-executions?execute_flow=true", edited),
                                    api.put("/api/task-executions", unfitting))
                            .map(Response::statusCode))
                    .containsExactly(409, 412, 409, 400);
            assertThat(ExecutionInStatus.rows(organizations, UUID.fromString(execution)))
                    .isEqualTo(before);
        }
    }

    /** Each attempt with the transaction that wrote it last. */
    private List<String> written(String execution) {
        return List.of(organizations
                .textOf(
                        "select string_agg(task_name || ' ' || xmin, ',' order by id) from task_execution"
                                + " where flow_execution_id = $1",
                        Tuple.of(UUID.fromString(execution)))
                .split(","));
    }

    @Test
    void restartWritesNoAttemptAndAnEditOne() throws InterruptedException {
        String execution = waitingSince(api.createFlow(waiting(1)));
        try (HeldEngine.Hold hold = engine.hold()) {
            List<String> before = written(execution);
            assertThat(before).hasSize(3);
            assertThat(api.execute(execution, true).statusCode()).isEqualTo(204);
            assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
            assertThat(written(execution)).isEqualTo(before);
        }
        awaitParked(execution);
        send(execution);
        api.awaitStatus(execution, "completed");
        List<String> before = written(execution);
        ObjectNode in = (ObjectNode) api.task(execution, "in");
        json(api.put("/api/task-executions", in.set("output", FlowBuilder.json("{'n': 2}"))), 200);
        assertThat(written(execution))
                .filteredOn(row -> !before.contains(row))
                .hasSize(1)
                .allMatch(row -> row.startsWith("in "));
    }

    /** What has been committed while a call waits for the lock counts: another call with its key, a new version. */
    @Test
    void callIsDecidedOnWhatIsThereOnceItHasTheLock() {
        String flow = api.createFlow(waiting(1));
        String execution = waitingSince(flow);
        List<CompletableFuture<Response>> calls = organizations.whileLocked(execution, () -> {
            List<CompletableFuture<Response>> waiting = Stream.of(1, 2)
                    .map(call ->
                            CompletableFuture.supplyAsync(() -> withKey(api).post(path(execution))))
                    .toList();
            await().until(() -> organizations.count(
                            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                    + " and query like '%from re_execute(%'",
                            Tuple.tuple())
                    == 2);
            api.putDefinition(flow, waiting(2));
            return waiting;
        });
        assertThat(calls.stream().map(CompletableFuture::join))
                .allMatch(answer -> answer.statusCode() == 204)
                .allMatch(answer -> "2".equals(answer.header("X-Flow-Execution-Generation")))
                .extracting(answer -> answer.header("Idempotent-Replayed"))
                .containsExactlyInAnyOrder(null, "true");
        JsonNode generations = json(api.get("/api/flow-executions/" + execution + "/generations"), 200)
                .path("generations");
        assertThat(generations).hasSize(2);
        assertThat(generations.get(0).path("flow_version").path("to").intValue())
                .isEqualTo(2);
    }

    @Test
    void restartedExecutionTakesAPlaceAndWaitsForNone() {
        organizations.execute(
                "update organization set max_concurrent_executions = 1 where id = $1", Tuple.of(api.organization()));
        String flow = api.createFlow(waiting(1));
        String restarted = waitingSince(flow);
        send(restarted);
        api.awaitStatus(restarted, "completed");
        String running = waitingSince(flow);
        assertThat(api.execute(restarted, false).statusCode()).isEqualTo(204);
        awaitParked(restarted);

        String queued = api.start(flow, "{}");
        send(running);
        api.awaitStatus(running, "completed");
        organizations.execute("select promote_queued()", Tuple.tuple());
        assertThat(api.execution(queued).path("status").textValue()).isEqualTo("queued");
        send(restarted);
        api.awaitStatus(restarted, "completed");
        api.awaitStatus(queued, "awaiting_input");
    }
}
