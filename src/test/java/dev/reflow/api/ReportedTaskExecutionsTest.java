package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ReportedTaskExecutionsTest {
    /** The engine does not get to {@code work}. */
    private static final FlowBuilder FLOW = flow().task("in", "webhook_receive", "{}")
            .task("gate", "delay", "{'seconds': 3600}")
            .task(
                    "work",
                    "wait_for_webhook",
                    "{'a': '{{in.n}}'}",
                    task -> task.putArray("depends_on").add("gate"));

    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    private ApiClient api;
    private String execution;

    @BeforeEach
    void runningExecution() {
        api = organizations.create();
        execution = api.start(api.createFlow(FLOW), "{'n': 1}");
        await().until(() -> api.taskLines(execution).contains("in#0 completed consistent"));
    }

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    private Response report(String members) {
        return report(api, members);
    }

    /** Of attempt 0 of {@code work}, unless the members say otherwise. */
    private Response report(ApiClient client, String members) {
        ObjectNode body = (ObjectNode) FlowBuilder.json("{'task_name': 'work', 'task_execution_idx': 0}");
        body.put("flow_execution_id", execution);
        body.setAll((ObjectNode) FlowBuilder.json(members));
        return client.post("/api/task-executions", body);
    }

    private void assertRefused(Response answer, int status, String code) {
        assertThat(json(answer, status).path("error").path("code").textValue()).isEqualTo(code);
    }

    private long tasks(String condition) {
        return organizations.count(
                "select count(*) from task_execution where flow_execution_id = $1 and task_name = 'work' and "
                        + condition,
                Tuple.of(UUID.fromString(execution)));
    }

    private long number(String column) {
        return organizations.count(
                "select " + column + " from flow_execution where id = $1", Tuple.of(UUID.fromString(execution)));
    }

    @Test
    void reportBeginsAnAttemptOfTheActiveGeneration() {
        long revision = number("revision");
        JsonNode begun = json(
                report(
                        "{'processing_status': 'running', 'input': {'x': [1]}, 'started_at': '2030-01-01T00:00:00.123456Z',"
                                + " 'source_task_executions': ['s']}"),
                201);
        assertThat(begun.path("task_name").textValue()).isEqualTo("work");
        assertThat(begun.path("task_execution_idx").intValue()).isZero();
        assertThat(begun.path("processing_status").textValue()).isEqualTo("running");
        assertThat(begun.path("input")).isEqualTo(FlowBuilder.json("{'x': [1]}"));
        assertThat(begun.path("source_task_executions")).isEqualTo(FlowBuilder.json("['s']"));
        assertThat(begun.path("started_at").textValue()).isEqualTo("2030-01-01T00:00:00.123Z");
        assertThat(begun.path("modified_by").textValue()).isEqualTo("admin");
        assertThat(tasks("generation = 1 and flow_version = 1 and reported_by = 'admin' and fingerprint is null"
                        + " and consumed::text = '{\"in\":[0,0]}'"))
                .isEqualTo(1);
        assertThat(number("revision")).isGreaterThan(revision);
        assertThat(api.task(execution, "work").path("id")).isEqualTo(begun.path("id"));
    }

    @Test
    void reportChangesTheAttemptAndKeepsWhatItLeavesOut() {
        JsonNode begun = json(report("{'processing_status': 'queued', 'input': 7}"), 201);
        JsonNode failed = json(report("{'processing_status': 'failed', 'error': 'broken'}"), 201);
        assertThat(failed.path("id")).isEqualTo(begun.path("id"));
        assertThat(failed.path("input").intValue()).isEqualTo(7);
        assertThat(failed.path("error")).isEqualTo(FlowBuilder.json("{'message': 'broken'}"));
        assertThat(failed.path("completed_at").isTextual()).isTrue();
        assertThat(failed.path("updated_at").textValue())
                .isGreaterThan(begun.path("updated_at").textValue());
    }

    @Test
    void terminalStatusEndsTheTaskWhateverTheAttemptSays() {
        JsonNode done = json(
                report("{'processing_status': 'running', 'terminal_task_status': 'failed',"
                        + " 'error': {'message': 'x', 'code': 5}}"),
                201);
        assertThat(done.path("processing_status").textValue()).isEqualTo("failed");
        assertThat(done.path("error")).isEqualTo(FlowBuilder.json("{'message': 'x', 'code': 5}"));
        assertRefused(
                report("{'task_execution_idx': 1, 'processing_status': 'failed', 'terminal_task_status': 'completed'}"),
                400,
                "bad_request");
    }

    @Test
    void endedAttemptCanOnlyBeRepeated() {
        String completed = "{'processing_status': 'completed', 'output': {'ok': true}, 'error': null}";
        JsonNode first = json(report(completed), 201);
        await().until(() -> number("case when owner is null then 1 else 0 end") == 1);
        long revision = number("revision");
        assertThat(json(report(completed), 201)).isEqualTo(first);
        assertThat(number("revision")).isEqualTo(revision);
        assertRefused(report("{'processing_status': 'completed', 'output': {'ok': false}}"), 409, "conflict");
        assertRefused(report("{'processing_status': 'running'}"), 409, "conflict");
        assertRefused(report("{'processing_status': 'running', 'task_execution_idx': 1}"), 409, "conflict");
        assertThat(tasks("true")).isEqualTo(1);
    }

    @Test
    void oneOfManyReportsAtTheSameTimeIsTheResult() {
        List<CompletableFuture<Integer>> answers = IntStream.range(0, 12)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> report(
                                "{'processing_status': 'completed', 'output': {}, 'task_execution_idx': " + i + "}")
                        .statusCode()))
                .toList();
        assertThat(answers.stream().map(CompletableFuture::join).filter(status -> status == 201))
                .hasSize(1);
        assertThat(tasks("processing_status = 'completed'")).isEqualTo(1);
    }

    @Test
    void outputHasToFitTheExecutor() {
        JsonNode refused = json(report("{'processing_status': 'completed', 'output': 'text'}"), 400);
        assertThat(refused.path("error").path("message").textValue()).contains("output");
        assertRefused(report("{'processing_status': 'completed'}"), 400, "bad_request");
        assertThat(tasks("true")).isZero();
    }

    @Test
    void outputHasToBeOneThatATaskMayHave() {
        String output = "'output': {'text': '" + "x".repeat(4 << 20) + "'}";
        JsonNode refused = json(report("{'processing_status': 'completed', " + output + "}"), 413);
        assertThat(refused.path("error").path("code").textValue()).isEqualTo("payload_too_large");
        assertThat(refused.path("error").path("message").textValue())
                .isEqualTo("The output has 4194315 bytes; at most 4194304 are kept");
        assertRefused(report("{'processing_status': 'running', " + output + "}"), 413, "payload_too_large");
        assertThat(tasks("true")).isZero();
    }

    @Test
    void unknownNamesAndStatusesAreBadRequests() {
        assertRefused(report("{'processing_status': 'done'}"), 400, "bad_request");
        assertRefused(report("{'processing_status': 'Running'}"), 400, "bad_request");
        assertRefused(report("{'processing_status': 'running', 'task_name': 'nobody'}"), 400, "bad_request");
    }

    @Test
    void everyFaultOfTheFormIsReported() {
        JsonNode answer = json(
                api.post(
                        "/api/task-executions",
                        FlowBuilder.json("{'flow_execution_id': 'x', 'task_name': '', 'task_execution_idx': -1,"
                                + " 'started_at': 'soon', 'terminal_task_status': 'running'}")),
                422);
        assertThat(answer.path("detail"))
                .extracting(fault -> fault.path("loc").path(1).textValue() + " "
                        + fault.path("type").textValue())
                .containsExactly(
                        "flow_execution_id uuid_parsing",
                        "task_name string_too_short",
                        "task_execution_idx greater_than_equal",
                        "processing_status missing",
                        "started_at datetime_parsing",
                        "terminal_task_status enum");
    }

    @Test
    void endedGenerationTakesNoReport() {
        json(report("{'processing_status': 'running'}"), 201);
        api.execute(execution, true);
        assertRefused(report("{'processing_status': 'completed', 'output': {}}"), 409, "conflict");
        assertThat(json(report("{'processing_status': 'running', 'task_execution_idx': 1}"), 201)
                        .path("task_execution_idx")
                        .intValue())
                .isEqualTo(1);
        api.request().post("/api/flow-executions/" + execution + "/cancel");
        api.awaitStatus(execution, "cancelled");
        assertRefused(report("{'processing_status': 'completed', 'task_execution_idx': 1}"), 409, "conflict");
        assertRefused(report("{'processing_status': 'completed', 'task_execution_idx': 2}"), 409, "conflict");
    }

    @Test
    void executionOfOthersIsNotThere() {
        assertRefused(report(organizations.create(), "{'processing_status': 'running'}"), 404, "not_found");
        api.request().delete("/api/flow-executions/" + execution);
        assertRefused(report("{'processing_status': 'running'}"), 404, "not_found");
    }

    @Test
    void privateFlowIsForbiddenToOthers() {
        organizations.execute(
                "update flow set visibility = 'private' where organization_id = $1", Tuple.of(api.organization()));
        ApiClient other = organizations.join(api.organization(), "other", "integration");
        assertRefused(report(other, "{'processing_status': 'running'}"), 403, "forbidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"org_admin", "backoffice", "publisher", "app_user", "worker"})
    void onlyIntegrationsReport(String role) {
        ApiClient other = organizations.join(api.organization(), "a " + role, role);
        assertRefused(report(other, "{'processing_status': 'running'}"), 403, "forbidden");
        ApiClient integration = organizations.join(api.organization(), "an integration", "integration");
        assertThat(json(report(integration, "{'processing_status': 'running'}"), 201)
                        .path("modified_by")
                        .textValue())
                .isEqualTo("an integration");
    }
}
