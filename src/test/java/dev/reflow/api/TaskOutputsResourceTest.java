package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TaskOutputsResourceTest {
    private static final FlowBuilder CHAIN = flow().task("in", "webhook_receive", "{}")
            .task("a", "format_data", "{'expression': 'n + 1', 'data': '{{in.output}}'}")
            .task("b", "format_data", "{'expression': 'a * 10', 'data': {'a': '{{a.output}}'}}");

    @Inject
    Organizations organizations;

    private ApiClient api;
    private String flow;
    private String execution;

    @BeforeEach
    void finishedExecution() {
        api = organizations.create();
        flow = api.createFlow(CHAIN);
        execution = api.start(flow, "{'n': 1}");
        api.awaitStatus(execution, "completed");
    }

    private List<JsonNode> list() {
        return StreamSupport.stream(json(api.get("/api/task-outputs"), 200).spliterator(), false)
                .toList();
    }

    private JsonNode output(String task) {
        return list().stream()
                .filter(output -> output.path("task_name").textValue().equals(task))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode get(String id) {
        return json(api.get("/api/task-outputs/" + id), 200);
    }

    /** Every output as {@code name output status edited stale}, in the order of the list. */
    private List<String> lines() {
        return list().stream()
                .map(output -> String.join(
                        " ",
                        output.path("task_name").textValue(),
                        output.path("output").toString(),
                        output.path("processing_status").textValue(),
                        output.path("edited_status").textValue(),
                        output.path("stale_status").textValue()))
                .toList();
    }

    private void edit(String task, String members) {
        ObjectNode body = (ObjectNode) api.task(execution, task);
        body.setAll((ObjectNode) FlowBuilder.json(members));
        json(api.put("/api/task-executions", body), 200);
    }

    /** Of task {@code a}, unless the members say otherwise. */
    private Response send(ApiClient client, String members) {
        ObjectNode body = (ObjectNode) FlowBuilder.json("{'task_name': 'a', 'summary': null}");
        body.put("flow_execution_id", execution);
        body.put("organization_id", api.organization().toString());
        body.setAll((ObjectNode) FlowBuilder.json(members));
        return client.post("/api/task-outputs", body);
    }

    private JsonNode send(String members) {
        return json(send(api, members), 201);
    }

    @Test
    void everyFinishedTaskHasOneNewestFirst() {
        assertThat(lines())
                .containsExactlyInAnyOrder(
                        "b 20 completed not_edited consistent",
                        "a 2 completed not_edited consistent",
                        "in {\"n\":1} completed not_edited consistent");
        assertThat(list())
                .extracting(output -> output.path("created_at").textValue())
                .isSortedAccordingTo((one, other) -> other.compareTo(one));
        JsonNode output = output("a");
        assertThat(output.path("flow_execution_id").textValue()).isEqualTo(execution);
        assertThat(output.path("organization_id").textValue())
                .isEqualTo(api.organization().toString());
        assertThat(output.path("flow_version").intValue()).isEqualTo(1);
        assertThat(output.path("modified_by").textValue()).isEqualTo("system");
        assertThat(output.path("error").isNull()).isTrue();
        assertThat(output.path("summary").isNull()).isTrue();
        assertThat(get(output.path("id").textValue())).isEqualTo(output);
    }

    @Test
    void unfinishedTaskHasNone() {
        FlowBuilder waiting =
                flow().task("in", "webhook_receive", "{}").task("wait", "wait_for_webhook", "{'a': '{{in.output}}'}");
        String other = api.start(api.createFlow(waiting), "{}");
        api.awaitStatus(other, "awaiting_input");
        assertThat(json(api.get("/api/task-outputs?flow_execution_id=" + other), 200)
                        .findValuesAsText("task_name"))
                .containsExactly("in");
    }

    @Test
    void editIsRecalculated() {
        String id = output("a").path("id").textValue();
        edit("a", "{'output': 7}");
        assertThat(lines())
                .containsExactlyInAnyOrder(
                        "b 20 completed not_edited stale",
                        "a 7 completed edited consistent",
                        "in {\"n\":1} completed not_edited consistent");
        assertThat(get(id)).isEqualTo(output("a"));
        assertThat(get(id).path("modified_by").textValue()).isEqualTo("admin");
    }

    @Test
    void outputIsEditedIfAnyAttemptWas() {
        String id = output("b").path("id").textValue();
        edit("b", "{'output': 7}");
        edit("b", "{'stale_status': 'stale'}");
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.task(execution, "b").path("edited_status").textValue()).isEqualTo("not_edited");
        assertThat(lines()).contains("b 20 completed edited consistent");
        assertThat(output("b").path("id").textValue()).isEqualTo(id);
        assertThat(list()).hasSize(3);
    }

    @Test
    void statusIsRecalculated() {
        String id = output("a").path("id").textValue();
        api.putDefinition(
                flow,
                flow().task("in", "webhook_receive", "{}")
                        .task("a", "format_data", "{'expression': '$error(\\\"no\\\")', 'data': '{{in.output}}'}"));
        api.execute(execution, true);
        api.awaitStatus(execution, "failed");
        JsonNode failed = get(id);
        assertThat(failed.path("processing_status").textValue()).isEqualTo("failed");
        assertThat(failed.path("error").path("message").isTextual()).isTrue();
        assertThat(failed.path("output").isNull()).isTrue();
        assertThat(failed.path("flow_version").intValue()).isEqualTo(2);
    }

    @Test
    void fullReExecutionMakesThemAnewAndTheOldIdStillLeadsThere() {
        String id = output("a").path("id").textValue();
        edit("a", "{'output': 7}");
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        assertThat(lines())
                .containsExactlyInAnyOrder(
                        "b 20 completed not_edited consistent",
                        "a 2 completed not_edited consistent",
                        "in {\"n\":1} completed not_edited consistent");
        assertThat(get(id).path("id").textValue()).isEqualTo(id);
        assertThat(get(id).path("output").intValue()).isEqualTo(2);
    }

    @Test
    void whatAWorkerSendsIsKeptAsItCame() {
        JsonNode sent =
                send("{'summary': {'words': [1.25]}, 'output': {'x': 1}, 'tags': ['t'], 'processing_status': 'failed',"
                        + " 'edited_status': 'edited', 'stale_status': 'stale', 'error': {'message': 'broken', 'code': 5},"
                        + " 'modified_by': 'somebody', 'created_at': '2020-01-01T00:00:00Z'}");
        assertThat(sent.path("summary").toString()).isEqualTo("{\"words\":[1.25]}");
        assertThat(sent.path("output")).isEqualTo(FlowBuilder.json("{'x': 1}"));
        assertThat(sent.path("tags")).isEqualTo(FlowBuilder.json("['t']"));
        assertThat(sent.path("processing_status").textValue()).isEqualTo("failed");
        assertThat(sent.path("edited_status").textValue()).isEqualTo("edited");
        assertThat(sent.path("stale_status").textValue()).isEqualTo("stale");
        assertThat(sent.path("error")).isEqualTo(FlowBuilder.json("{'message': 'broken', 'code': 5}"));
        assertThat(sent.path("modified_by").textValue()).isEqualTo("admin");
        assertThat(sent.path("created_at").textValue()).isGreaterThan("2026");
        assertThat(sent.path("flow_version").intValue()).isEqualTo(1);
        assertThat(get(sent.path("id").textValue())).isEqualTo(sent);
        assertThat(list().get(0)).isEqualTo(sent);
        assertThat(list()).hasSize(4);
        assertThat(api.output(execution, "a").intValue()).isEqualTo(2);
    }

    @Test
    void whatAWorkerLeavesOutHasADefault() {
        JsonNode sent = send("{'summary': 'text', 'error': 'broken'}");
        assertThat(sent.path("processing_status").textValue()).isEqualTo("queued");
        assertThat(sent.path("edited_status").textValue()).isEqualTo("not_edited");
        assertThat(sent.path("stale_status").textValue()).isEqualTo("consistent");
        assertThat(sent.path("output").isNull()).isTrue();
        assertThat(sent.path("error")).isEqualTo(FlowBuilder.json("{'message': 'broken'}"));
    }

    @Test
    void outputSentAgainUnderItsIdIsReplaced() {
        String id = UUID.randomUUID().toString();
        JsonNode first = send("{'id': '" + id + "', 'output': 1}");
        JsonNode again = send("{'id': '" + id + "', 'output': 2}");
        assertThat(first.path("id").textValue()).isEqualTo(id);
        assertThat(again.path("created_at")).isEqualTo(first.path("created_at"));
        assertThat(again.path("updated_at").textValue())
                .isGreaterThan(first.path("updated_at").textValue());
        assertThat(get(id).path("output").intValue()).isEqualTo(2);
        assertThat(list()).hasSize(4);
        assertThat(json(send(api, "{'id': '" + id + "', 'task_name': 'b'}"), 409)
                        .path("error")
                        .path("code")
                        .textValue())
                .isEqualTo("conflict");
    }

    @Test
    void fullReExecutionDiscardsWhatWasSentFromTheList() {
        JsonNode sent = send("{'output': 1}");
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        assertThat(list()).hasSize(3);
        assertThat(get(sent.path("id").textValue())).isEqualTo(sent);
    }

    @Test
    void unknownTaskIsABadRequest() {
        assertThat(json(send(api, "{'task_name': 'nobody'}"), 400)
                        .path("error")
                        .path("code")
                        .textValue())
                .isEqualTo("bad_request");
        assertThat(list()).hasSize(3);
    }

    @Test
    void everyFaultOfTheFormIsReported() {
        assertThat(json(api.post("/api/task-outputs", FlowBuilder.json("{}")), 422)
                        .path("detail")
                        .findValuesAsText("type"))
                .containsExactly("missing", "missing", "missing", "missing");
        assertThat(json(send(api, "{'id': 'x', 'processing_status': 'done', 'edited_status': 'no'}"), 422)
                        .path("detail")
                        .findValuesAsText("type"))
                .containsExactly("uuid_parsing", "enum", "enum");
        assertThat(json(api.get("/api/task-outputs/x"), 422).path("detail").findValuesAsText("type"))
                .containsExactly("uuid_parsing");
    }

    @Test
    void othersSeeAndSendNothing() {
        ApiClient stranger = organizations.create();
        String sent = send("{'output': 1}").path("id").textValue();
        JsonNode absent = json(api.get("/api/task-outputs/" + UUID.randomUUID()), 404);
        for (String id : List.of(sent, output("b").path("id").textValue())) {
            assertThat(json(stranger.get("/api/task-outputs/" + id), 404).path("error"))
                    .isEqualTo(absent.path("error"));
        }
        assertThat(json(stranger.get("/api/task-outputs"), 200)).isEmpty();
        assertThat(json(stranger.get("/api/task-outputs?flow_execution_id=" + execution), 200))
                .isEmpty();
        assertThat(json(send(stranger, "{}"), 404).path("error"))
                .isEqualTo(json(send(api, "{'flow_execution_id': '" + UUID.randomUUID() + "'}"), 404)
                        .path("error"));
        String id = output("b").path("id").textValue();
        api.delete("/api/flow-executions/" + execution);
        for (String gone : List.of(sent, id)) {
            assertThat(json(api.get("/api/task-outputs/" + gone), 404).path("error"))
                    .isEqualTo(absent.path("error"));
        }
        assertThat(list()).isEmpty();
    }

    @Test
    void privateFlowIsForbiddenToOthers() {
        String id = output("a").path("id").textValue();
        String sent = send("{'output': 1}").path("id").textValue();
        api.patch("/api/flows/" + flow, "{'visibility': 'private'}");
        ApiClient other = organizations.join(api.organization(), "other", "integration");
        assertThat(other.get("/api/task-outputs/" + id).statusCode()).isEqualTo(403);
        assertThat(other.get("/api/task-outputs/" + sent).statusCode()).isEqualTo(403);
        assertThat(json(other.get("/api/task-outputs"), 200)).isEmpty();
        assertThat(send(other, "{}").statusCode()).isEqualTo(403);
        assertThat(list()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"org_admin", "backoffice", "publisher", "app_user", "worker"})
    void onlyIntegrationsSend(String role) {
        assertThat(send(organizations.join(api.organization(), "a " + role, role), "{}")
                        .statusCode())
                .isEqualTo(403);
        json(send(organizations.join(api.organization(), "an integration", "integration"), "{}"), 201);
    }
}
