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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class WebhookDataResourceTest {
    /** The flow does not reach its end, nor the task that waits. */
    private static final FlowBuilder FLOW = flow().task("in", "webhook_receive", "{}")
            .task("before", "delay", "{'seconds': 3600, 'n': '{{in.n}}'}")
            .task(
                    "wait",
                    "wait_for_webhook",
                    "{'fields': [{'name': 'ok', 'type': 'boolean'}, {'name': 'note', 'required': false}]}",
                    task -> task.putArray("depends_on").add("before"));

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
    }

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    private Response send(String data) {
        return send(api, "wait", data);
    }

    private Response send(ApiClient client, String task, String data) {
        ObjectNode body = ((ObjectNode) FlowBuilder.json("{'data': " + data + "}")).put("task_name", task);
        return client.post("/api/flow-executions/" + execution + "/webhook-data", body);
    }

    private long count(String condition) {
        return organizations.count(
                "select count(*) from webhook_data w where w.flow_execution_id = $1 and " + condition,
                Tuple.of(UUID.fromString(execution)));
    }

    private void assertRefused(Response answer, int status, String code) {
        assertThat(json(answer, status).path("error").path("code").textValue()).isEqualTo(code);
    }

    @Test
    void dataIsKeptBeforeTheFlowGetsThere() {
        long revision = number("revision");
        JsonNode answer = json(send("{'ok': true, 'note': 1.5}"), 200);
        assertThat(answer.path("status").textValue()).isEqualTo("received");
        assertThat(count("w.id = '" + answer.path("id").textValue() + "' and w.task_name = 'wait' and w.generation = 1"
                        + " and w.data::text = '{\"ok\":true,\"note\":1.5}' and w.received_by = 'admin'"
                        + " and w.organization_id = '" + api.organization() + "'"))
                .isEqualTo(1);
        assertThat(number("revision")).isGreaterThan(revision);
        assertThat(api.execution(execution).path("modified_by").textValue()).isEqualTo("admin");
    }

    @Test
    void sameDataIsADuplicateHoweverItIsWritten() {
        JsonNode first = json(send("{'ok': true, 'note': [1, 2]}"), 200);
        json(send("{'ok': true}"), 200);
        await().until(() -> executions("owner is null") == 1);
        long revision = number("revision");
        JsonNode again = json(send("{'note': [1.0, 2e0], 'ok': true}"), 200);
        assertThat(again.path("status").textValue()).isEqualTo("duplicate");
        assertThat(again.path("id")).isEqualTo(first.path("id"));
        assertThat(count("true")).isEqualTo(2);
        assertThat(number("revision")).isEqualTo(revision);
    }

    @Test
    void sameDataAtTheSameTimeIsKeptOnce() {
        List<CompletableFuture<JsonNode>> answers = IntStream.range(0, 16)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> json(send("{'ok': true}"), 200)))
                .toList();
        Set<String> ids = new HashSet<>();
        long received = answers.stream()
                .map(CompletableFuture::join)
                .peek(answer -> ids.add(answer.path("id").textValue()))
                .filter(answer -> answer.path("status").textValue().equals("received"))
                .count();
        assertThat(received).isEqualTo(1);
        assertThat(ids).hasSize(1);
        assertThat(count("true")).isEqualTo(1);
    }

    @Test
    void newerDataCountsUntilOneIsTaken() {
        json(send("{'ok': false}"), 200);
        assertThat(json(send("{'ok': true}"), 200).path("status").textValue()).isEqualTo("received");
        assertThat(count("w.delivery = 2 and w.data ->> 'ok' = 'true'")).isEqualTo(1);
        organizations.execute(
                "insert into task_execution (organization_id, flow_execution_id, generation, flow_version, task_name,"
                        + " task_execution_idx, processing_status, output) select organization_id, id, 1, 1, 'wait', 0,"
                        + " 'completed', '{}' from flow_execution where id = $1",
                Tuple.of(UUID.fromString(execution)));
        JsonNode refused = json(send("{'ok': true, 'note': 'too late'}"), 409);
        assertThat(refused.path("error").path("code").textValue()).isEqualTo("conflict");
        assertThat(refused.path("error").path("details").toString()).isEqualTo("[{\"task_name\":\"wait\"}]");
        assertThat(json(send("{'ok': true}"), 200).path("status").textValue()).isEqualTo("duplicate");
        assertThat(count("true")).isEqualTo(2);
    }

    @Test
    void nothingIsTakenAfterTheEnd() {
        json(send("{'ok': true}"), 200);
        api.request().post("/api/flow-executions/" + execution + "/cancel");
        api.awaitStatus(execution, "cancelled");
        assertRefused(send("{'ok': false}"), 409, "conflict");
        assertThat(json(send("{'ok': true}"), 200).path("status").textValue()).isEqualTo("duplicate");
    }

    @Test
    void dataOfBeforeAFullReExecutionIsNoDuplicateAfterwards() {
        JsonNode first = json(send("{'ok': true}"), 200);
        api.execute(execution, true);
        assertThat(json(send("{'ok': true}"), 200).path("id")).isEqualTo(first.path("id"));
        api.execute(execution, false);
        JsonNode later = json(send("{'ok': true}"), 200);
        assertThat(later.path("status").textValue()).isEqualTo("received");
        assertThat(count("w.generation = 3")).isEqualTo(1);
    }

    @Test
    void discardedDataIsPurgedWithItsGeneration() {
        json(send("{'ok': true}"), 200);
        api.execute(execution, false);
        json(send("{'ok': true}"), 200);
        organizations.execute("select purge_superseded(interval '0', 1000000)", Tuple.tuple());
        assertThat(count("w.generation = 1")).isZero();
        assertThat(count("w.generation = 2")).isEqualTo(1);
    }

    @Test
    void parkedExecutionIsTakenUpAndAwaitsNoInputAnyMore() {
        await().until(() -> executions("owner is null") == 1);
        long lease = number("lease");
        organizations.execute(
                "update flow_execution set status = 'awaiting_input' where id = $1",
                Tuple.of(UUID.fromString(execution)));
        json(send("{'ok': true}"), 200);
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("running");
        await().until(() -> number("lease") > lease);
    }

    @Test
    void queuedExecutionStaysQueued() {
        organizations.execute(
                "update organization set max_concurrent_executions = 1 where id = $1", Tuple.of(api.organization()));
        execution = api.start(api.createFlow(FLOW), "{'n': 1}");
        json(send("{'ok': true}"), 200);
        assertThat(executions("queued_at is not null and wake_at is null and status = 'queued'"))
                .isEqualTo(1);
    }

    @Test
    void dataThatDoesNotFitIsListedInTheBody() {
        JsonNode answer = json(send("{'ok': 'yes', 'note': null}"), 422);
        assertThat(answer.path("detail").toString()).contains("[\"body\",\"data\",\"ok\"]", "bool_type");
        assertThat(answer.path("error").path("code").textValue()).isEqualTo("validation_error");
        assertThat(json(send("{}"), 422).path("detail").toString()).contains("missing");
        assertThat(count("true")).isZero();
    }

    @Test
    void everyFaultOfTheFormIsReported() {
        Response answer =
                api.post("/api/flow-executions/none/webhook-data", FlowBuilder.json("{'task_name': 1, 'data': []}"));
        assertThat(json(answer, 422).path("detail"))
                .extracting(fault -> fault.path("type").textValue())
                .containsExactly("uuid_parsing", "string_type", "dict_type");
    }

    @Test
    void onlyTasksThatWaitAreSentData() {
        assertRefused(send(api, "nobody", "{}"), 404, "not_found");
        assertRefused(send(api, "in", "{}"), 400, "bad_request");
    }

    @Test
    void executionOfOthersIsNotThere() {
        assertRefused(send(organizations.create(), "wait", "{'ok': true}"), 404, "not_found");
        api.request().delete("/api/flow-executions/" + execution);
        assertRefused(send("{'ok': true}"), 404, "not_found");
    }

    @Test
    void privateFlowIsForbiddenToOthers() {
        ApiClient other = organizations.join(api.organization(), "other", "integration");
        organizations.execute(
                "update flow set visibility = 'private' where organization_id = $1", Tuple.of(api.organization()));
        assertRefused(send(other, "wait", "{'ok': true}"), 403, "forbidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"org_admin", "backoffice", "publisher", "app_user", "integration"})
    void everyRoleButTheWorkersMaySendData(String role) {
        ApiClient client = organizations.join(api.organization(), "a " + role, role);
        assertThat(send(client, "wait", "{'ok': true}").statusCode()).isEqualTo(200);
        ApiClient worker = organizations.join(api.organization(), "a worker", "worker");
        assertRefused(send(worker, "wait", "{'ok': true}"), 403, "forbidden");
    }

    private long number(String column) {
        return organizations.count(
                "select " + column + " from flow_execution where id = $1", Tuple.of(UUID.fromString(execution)));
    }

    private long executions(String condition) {
        return organizations.count(
                "select count(*) from flow_execution where id = $1 and " + condition,
                Tuple.of(UUID.fromString(execution)));
    }
}
