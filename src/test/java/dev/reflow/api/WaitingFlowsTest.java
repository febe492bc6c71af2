package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of flows that wait for somebody outside. */
@QuarkusTest
class WaitingFlowsTest {
    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    private ApiClient api;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
    }

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    /** in -> wait -> after. */
    private static FlowBuilder waiting(String expression) {
        return flow().task("in", "webhook_receive", "{}")
                .task("wait", "webhook_receiver", "{'fields': {'n': 'number'}, 'of': '{{in.output}}'}")
                .task("after", "format_data", "{'expression': '" + expression + "', 'data': '{{wait.output}}'}");
    }

    private String start(FlowBuilder flow) {
        return api.start(api.createFlow(flow), "{'n': 1}");
    }

    private Response send(String execution, String data) {
        ObjectNode body = ((ObjectNode) FlowBuilder.json("{'data': " + data + "}")).put("task_name", "wait");
        return api.post("/api/flow-executions/" + execution + "/webhook-data", body);
    }

    private Response report(String execution, String members) {
        ObjectNode body = (ObjectNode) FlowBuilder.json("{'task_name': 'wait'}");
        body.put("flow_execution_id", execution);
        body.setAll((ObjectNode) FlowBuilder.json(members));
        return api.post("/api/task-executions", body);
    }

    private static void assertReceived(Response answer) {
        assertThat(json(answer, 200).path("status").textValue()).isEqualTo("received");
    }

    private void awaitParked(String execution) {
        await().until(() -> organizations.count(
                        "select count(*) from flow_execution where id = $1 and active and owner is null"
                                + " and wake_at is null",
                        Tuple.of(UUID.fromString(execution)))
                == 1);
    }

    @Test
    void flowGoesOnWithWhatCame() {
        String execution = start(waiting("n * 2"));
        awaitParked(execution);
        assertReceived(send(execution, "{'n': 21}"));
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "wait")).isEqualTo(FlowBuilder.json("{'n': 21}"));
        assertThat(api.output(execution, "after").intValue()).isEqualTo(42);
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "after#0 completed consistent", "in#0 completed consistent", "wait#0 completed consistent");
    }

    @Test
    void whatCameBeforeCounts() {
        FlowBuilder flow = flow().task("in", "webhook_receive", "{}")
                .task("before", "delay", "{'seconds': 0.5}")
                .task(
                        "wait",
                        "wait_for_webhook",
                        "{}",
                        task -> task.putArray("depends_on").add("before"))
                .task("after", "format_data", "{'expression': 'n * 2', 'data': '{{wait.output}}'}");
        String execution = start(flow);
        assertReceived(send(execution, "{'n': 1}"));
        assertReceived(send(execution, "{'n': 2}"));
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(4);
    }

    @Test
    void duplicateRunsNothingAgain() {
        String execution = start(waiting("n"));
        JsonNode first = json(send(execution, "{'n': 1}"), 200);
        api.awaitStatus(execution, "completed");
        List<String> before = api.taskLines(execution);
        JsonNode again = json(send(execution, "{'n': 1.0}"), 200);
        assertThat(again.path("status").textValue()).isEqualTo("duplicate");
        assertThat(again.path("id")).isEqualTo(first.path("id"));
        assertThat(send(execution, "{'n': 2}").statusCode()).isEqualTo(409);
        assertThat(api.taskLines(execution)).isEqualTo(before);
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("completed");
    }

    @Test
    void otherDataIsAConflictWhileTheFlowGoesOn() {
        FlowBuilder flow = waiting("n").task("late", "delay", "{'seconds': 3600, 'n': '{{wait.n}}'}");
        String execution = start(flow);
        assertReceived(send(execution, "{'n': 1}"));
        await().until(() -> api.taskLines(execution).contains("wait#0 completed consistent"));
        assertThat(send(execution, "{'n': 2}").statusCode()).isEqualTo(409);
        assertThat(json(send(execution, "{'n': 1}"), 200).path("status").textValue())
                .isEqualTo("duplicate");
    }

    @Test
    void fullReExecutionWaitsForNewData() {
        String execution = start(waiting("n"));
        assertReceived(send(execution, "{'n': 1}"));
        api.awaitStatus(execution, "completed");
        api.execute(execution, false);
        awaitParked(execution);
        assertReceived(send(execution, "{'n': 1}"));
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "after#1 completed consistent", "in#1 completed consistent", "wait#1 completed consistent");
    }

    @Test
    void staleOnlyReExecutionGoesOnWithTheDataThatThereIs() {
        String flow = api.createFlow(waiting("n"));
        String execution = api.start(flow, "{'n': 1}");
        assertReceived(send(execution, "{'n': 5}"));
        api.awaitStatus(execution, "completed");
        api.putDefinition(flow, waiting("n + 1"));
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(6);
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "after#0 completed consistent",
                        "after#1 completed consistent",
                        "in#0 completed consistent",
                        "wait#0 completed consistent");

        api.put("/api/task-executions", ((ObjectNode) api.task(execution, "wait")).put("stale_status", "stale"));
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.task(execution, "wait").path("task_execution_idx").intValue())
                .isEqualTo(1);
        assertThat(api.output(execution, "wait").path("n").intValue()).isEqualTo(5);
    }

    @Test
    void reExecutionWhileItWaitsWaitsOn() {
        String execution = start(waiting("n"));
        awaitParked(execution);
        api.execute(execution, true);
        awaitParked(execution);
        assertReceived(send(execution, "{'n': 3}"));
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(3);
    }

    @Test
    void dataIsTakenBetweenTwoAttempts() {
        FlowBuilder flow = flow().task("in", "webhook_receive", "{}")
                .task(
                        "wait",
                        "wait_for_webhook",
                        "{'fields': [{'name': '{{in.field}}'}]}",
                        task -> task.set(
                                "retry_policy",
                                FlowBuilder.json("{'maximum_attempts': 2, 'initial_interval_seconds': 2}")));
        String execution = api.start(api.createFlow(flow), "{'field': 'x'}");
        assertReceived(send(execution, "{'y': 1}"));
        await().until(() -> api.taskLines(execution).contains("wait#0 failed consistent"));
        assertReceived(send(execution, "{'x': 1}"));
        api.awaitStatus(execution, "completed");
        assertThat(api.task(execution, "wait").path("task_execution_idx").intValue())
                .isEqualTo(1);
    }

    @Test
    void waitingFlowIsCancelled() {
        String execution = start(waiting("n"));
        awaitParked(execution);
        api.request().post("/api/flow-executions/" + execution + "/cancel");
        api.awaitStatus(execution, "cancelled");
        assertThat(send(execution, "{'n': 1}").statusCode()).isEqualTo(409);
    }

    private void assertCancelledUnseen(String execution) {
        await().until(() -> organizations.count(
                        "select count(*) from flow_execution e join generation g on g.flow_execution_id = e.id"
                                + " where e.id = $1 and not e.active and e.status = 'deleted'"
                                + " and g.end_reason = 'cancelled'",
                        Tuple.of(UUID.fromString(execution)))
                == 1);
    }

    private void delete(String execution) {
        assertThat(api.request().delete("/api/flow-executions/" + execution).statusCode())
                .isEqualTo(204);
    }

    @Test
    void deletedFlowWaitsForNobody() {
        String waits = start(waiting("n"));
        awaitParked(waits);
        delete(waits);
        assertCancelledUnseen(waits);

        String willWait = start(flow().task("in", "webhook_receive", "{}")
                .task("before", "delay", "{'seconds': 0.5}")
                .task(
                        "wait",
                        "wait_for_webhook",
                        "{}",
                        task -> task.putArray("depends_on").add("before")));
        delete(willWait);
        assertCancelledUnseen(willWait);
    }

    @Test
    void deletedFlowDoesNotStartWhenThereIsRoom() {
        organizations.execute(
                "update organization set max_concurrent_executions = 1 where id = $1", Tuple.of(api.organization()));
        String first = start(waiting("n"));
        String second = start(waiting("n"));
        String third = start(waiting("n"));
        delete(second);
        assertCancelledUnseen(second);
        assertThat(organizations.count(
                        "select count(*) from task_execution where flow_execution_id = $1",
                        Tuple.of(UUID.fromString(second))))
                .isZero();
        delete(first);
        api.awaitStatus(third, "awaiting_input");
    }

    @Test
    void executionsThatFindNoRoomRunInTheOrderInWhichTheyCame() {
        organizations.execute(
                "update organization set max_concurrent_executions = 1 where id = $1", Tuple.of(api.organization()));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("flow_id", api.createFlow(waiting("n")));
        body.set("input", FlowBuilder.json("{}"));
        List<String> queue = new ArrayList<>();
        for (String status : List.of("running", "queued", "queued")) {
            JsonNode started = json(api.post("/api/flow-executions", body), 201);
            assertThat(started.path("status").textValue()).isEqualTo(status);
            queue.add(started.path("id").textValue());
        }
        while (!queue.isEmpty()) {
            String first = queue.remove(0);
            api.awaitStatus(first, "awaiting_input");
            assertThat(queue)
                    .allSatisfy(later -> assertThat(
                                    api.execution(later).path("status").textValue())
                            .isEqualTo("queued"));
            assertReceived(send(first, "{'n': 1}"));
            api.awaitStatus(first, "completed");
        }
    }

    @Test
    void workersReportSettlesATaskThatWaits() {
        String execution = start(waiting("n"));
        awaitParked(execution);
        JsonNode reported = json(
                report(execution, "{'task_execution_idx': 0, 'processing_status': 'completed', 'output': {'n': 8}}"),
                201);
        assertThat(reported.path("processing_status").textValue()).isEqualTo("completed");
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(8);
        assertThat(api.task(execution, "wait").path("modified_by").textValue()).isEqualTo("admin");
        assertThat(send(execution, "{'n': 1}").statusCode()).isEqualTo(409);
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution)).contains("wait#0 completed consistent", "after#0 completed consistent");
    }

    @Test
    void workersNextAttemptSettlesATaskThatWaits() {
        String execution = start(waiting("n"));
        awaitParked(execution);
        json(report(execution, "{'task_execution_idx': 1, 'processing_status': 'completed', 'output': {'n': 9}}"), 201);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(9);
    }

    @Test
    void attemptThatAWorkerMakesIsWaitedFor() {
        String execution = start(waiting("n"));
        awaitParked(execution);
        json(report(execution, "{'task_execution_idx': 1, 'processing_status': 'running'}"), 201);
        awaitParked(execution);
        json(report(execution, "{'task_execution_idx': 1, 'processing_status': 'running', 'input': 3}"), 201);
        awaitParked(execution);
        json(report(execution, "{'task_execution_idx': 1, 'processing_status': 'completed', 'output': {'n': 9}}"), 201);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(9);
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "after#0 completed consistent",
                        "in#0 completed consistent",
                        "wait#0 cancelled consistent",
                        "wait#1 completed consistent");
    }

    @Test
    void attemptThatAWorkerBeganBeforeTheFlowGotThereIsNotBegunAgain() {
        try (HoldingServer remote = new HoldingServer()) {
            String execution = start(flow().task("in", "webhook_receive", "{}")
                    .task("hold", "http_request", "{'url': '" + remote.url() + "', 'body': '{{in.output}}'}")
                    .task("wait", "webhook_receiver", "{'of': '{{hold.output}}'}"));
            await().until(() -> remote.idempotencyKeys().size() == 1);
            json(report(execution, "{'task_execution_idx': 0, 'processing_status': 'running'}"), 201);
            remote.release();
            awaitParked(execution);
            json(
                    report(
                            execution,
                            "{'task_execution_idx': 0, 'processing_status': 'completed', 'output': {'n': 9}}"),
                    201);
            api.awaitStatus(execution, "completed");
            assertThat(api.output(execution, "wait").path("n").intValue()).isEqualTo(9);
        }
    }

    @Test
    void workersFailureFailsTheExecution() {
        String execution = start(waiting("n"));
        awaitParked(execution);
        json(
                report(
                        execution,
                        "{'task_execution_idx': 0, 'processing_status': 'running',"
                                + " 'terminal_task_status': 'failed', 'error': 'broken'}"),
                201);
        api.awaitStatus(execution, "failed");
        assertThat(api.taskLines(execution)).containsExactly("in#0 completed consistent", "wait#0 failed consistent");
    }

    @Test
    void dataAndReportsAtAnyMomentLetEveryFlowEndOnce() {
        String flow = api.createFlow(waiting("n"));
        List<CompletableFuture<String>> started = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int pause = i;
            started.add(CompletableFuture.supplyAsync(() -> {
                String execution = api.start(flow, "{'n': 1}");
                await().pollDelay(Duration.ofMillis(pause)).until(() -> true);
                CompletableFuture<Response> sent = CompletableFuture.supplyAsync(() -> send(execution, "{'n': 1}"));
                if (pause % 2 == 0) {
                    report(
                            execution,
                            "{'task_execution_idx': 0, 'processing_status': 'completed', 'output': {'n': 1}}");
                }
                assertThat(sent.join().statusCode()).isIn(200, 409);
                return execution;
            }));
        }
        for (CompletableFuture<String> each : started) {
            String execution = each.join();
            // A report may be there before what the task depends on: then its result is stale from the beginning.
            await().until(
                            () -> api.execution(execution).path("status").textValue(),
                            Set.of("completed", "stale")::contains);
            assertThat(api.output(execution, "after").intValue()).isEqualTo(1);
        }
    }

    @Test
    void newestDataThatWasReceivedIsTheResult() {
        String flow = api.createFlow(waiting("n"));
        int received = 0;
        for (int i = 0; i < 40; i++) {
            String execution = api.start(flow, "{'n': 1}");
            CompletableFuture<Response> other = CompletableFuture.supplyAsync(() -> send(execution, "{'n': 1}"));
            Response one = send(execution, "{'n': 2}");
            api.awaitStatus(execution, "completed");
            if (one.statusCode() == 200 && other.join().statusCode() == 200) {
                received++;
            }
            assertThat(organizations.count(
                            "select (data ->> 'n')::bigint from webhook_data where flow_execution_id = $1"
                                    + " order by delivery desc limit 1",
                            Tuple.of(UUID.fromString(execution))))
                    .isEqualTo(api.output(execution, "wait").path("n").longValue());
        }
        assertThat(received).isPositive();
    }
}
