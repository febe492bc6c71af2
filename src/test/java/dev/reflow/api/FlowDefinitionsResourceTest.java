package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FlowDefinitionsResourceTest {
    private static final FlowBuilder VALID =
            flow().task("in", "webhook_receive", "{}").task("out", "format_data", "{'expression': '1'}");

    @Inject
    Organizations organizations;

    private ApiClient api;
    private String flow;

    @BeforeEach
    void newFlow() {
        api = organizations.create();
        flow = api.createFlow(VALID);
    }

    private static ObjectNode task(String name, String executor, String parameters) {
        return (ObjectNode) flow().task(name, executor, parameters).json().at("/flow_configs/0/config/tasks/0");
    }

    private Response put(ObjectNode task) {
        return api.put("/api/flows/" + flow + "/task", task);
    }

    private static JsonNode tasks(JsonNode flow) {
        return flow.at("/definition/flow_configs/0/config/tasks");
    }

    private JsonNode validation(FlowBuilder definition, String query) {
        ObjectNode body = definition.json().objectNode();
        body.set("definition", definition.json());
        return json(api.post("/api/flows/" + flow + "/validate" + query, body), 200);
    }

    @Test
    void taskIsReplacedWhereItStands() {
        ObjectNode task =
                task("in", "webhook_receive", "{}").put("unknown", 1.50).put("task_title", "First");
        JsonNode changed = json(put(task), 200);
        assertThat(changed.path("version").intValue()).isEqualTo(2);
        assertThat(tasks(changed).get(0)).hasToString(task.toString());
        assertThat(tasks(changed).get(1))
                .isEqualTo(tasks(json(api.get("/api/flows/" + flow), 200)).get(1));
        assertThat(tasks(changed)).hasSize(2);
        assertThat(json(api.get("/api/flows/" + flow + "/versions/1"), 200).path("definition"))
                .isEqualTo(VALID.json());
    }

    @Test
    void taskOfANewNameIsAdded() {
        JsonNode changed = json(put(task("last", "format_data", "{'expression': '1', 'data': '{{out.output}}'}")), 200);
        assertThat(tasks(changed).findValuesAsText("name")).containsExactly("in", "out", "last");
        assertThat(json(put(task("last", "delay", "{'seconds': 1}")), 200)
                        .path("version")
                        .intValue())
                .isEqualTo(3);
    }

    @Test
    void taskThatMakesTheDefinitionInvalidIsRefusedWithEveryFault() {
        ObjectNode bad = task("in", "no_such_executor", "{'x': '{{gone.output}}', 'y': '{{out.output}}'}");
        bad.put("timeout_seconds", 0);
        JsonNode error = json(put(bad), 400).path("error");
        assertThat(error.path("code").textValue()).isEqualTo("invalid_dsl_input");
        assertThat(error.path("details").findValuesAsText("type")).contains("greater_than", "unknown_task");
        for (String body : List.of("{}", "{\"name\": 1, \"task_executor_name\": \"delay\"}", "{\"name\": null}")) {
            assertThat(json(api.request().body(body).put("/api/flows/" + flow + "/task"), 400)
                            .path("error")
                            .path("code")
                            .textValue())
                    .isEqualTo("invalid_dsl_input");
        }
        assertThat(json(api.get("/api/flows/" + flow), 200).path("version").intValue())
                .isEqualTo(1);
    }

    @Test
    void bodyThatIsNoTaskIsRefused() {
        String path = "/api/flows/" + flow + "/task";
        for (String body : List.of("[]", "\"in\"", "{\"name\": \"\\u0000\"}", "{")) {
            assertThat(api.request().body(body).put(path).statusCode()).as(body).isEqualTo(422);
        }
        assertThat(api.request().put(path).statusCode()).isEqualTo(422);
        assertThat(api.request()
                        .body("{}")
                        .put("/api/flows/x/task?include_input_schema=x")
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void whatWasAcceptedOfATaskCanBeSentBackAsADefinition() {
        JsonNode deep = FlowBuilder.json("[".repeat(496) + "]".repeat(496));
        ObjectNode task = task("deep", "format_data", "{'expression': '1'}");
        task.set("note", deep);
        JsonNode error = json(put(task), 400).path("error");
        assertThat(error.path("details").findValuesAsText("type")).containsExactly("json_invalid");
        task.set("note", FlowBuilder.json("[".repeat(490) + "]".repeat(490)));
        ObjectNode body = task.objectNode();
        body.set("definition", json(put(task), 200).path("definition"));
        json(api.put("/api/flows/" + flow + "/definition", body), 200);
    }

    @Test
    void concurrentChangesKeepEachOthersTasks() {
        List<CompletableFuture<Integer>> changes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ObjectNode task = task("t" + i, "format_data", "{'expression': '1'}");
            changes.add(CompletableFuture.supplyAsync(
                    () -> json(put(task), 200).path("version").intValue()));
        }
        assertThat(changes.stream().map(CompletableFuture::join))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(2, 21).boxed().toList());
        assertThat(tasks(json(api.get("/api/flows/" + flow), 200))).hasSize(22);
    }

    @Test
    void validDefinitionHasAnOrderAndNoFaults() {
        JsonNode valid = validation(
                flow().task("b", "format_data", "{'expression': '1', 'data': '{{a.output}}'}")
                        .task("a", "webhook_receive", "{}"),
                "");
        assertThat(valid.toString())
                .isEqualTo("{\"validation_errors\":[],\"ordered_task_names\":[\"a\",\"b\"],\"dynamic_data\":null,"
                        + "\"output_schemas\":null,\"default_reference_modes\":null}");
        assertThat(json(api.get("/api/flows/" + flow), 200).path("version").intValue())
                .isEqualTo(1);
    }

    @Test
    void everyFaultOfADefinitionIsToldAndNothingIsKept() {
        JsonNode invalid = validation(
                flow().task("a", "no_such_executor", "{'x': '{{gone.x}}'}")
                        .task("b", "delay", "{'seconds': 'soon'}", task -> task.put("timeout_seconds", -1))
                        .task("c", "delay", "{'seconds': 'soon'}"),
                "?include_dynamic_data=true");
        assertThat(invalid.path("validation_errors").findValuesAsText("type"))
                .contains("unknown_task", "greater_than", "unknown_task_executor", "type");
        assertThat(invalid.path("ordered_task_names").isNull()).isTrue();
        assertThat(invalid.path("dynamic_data").isObject()).isTrue();
        assertThat(validation(flow(), "").path("validation_errors")).isEmpty();
    }

    @Test
    void outputSchemasComeWhenAskedFor() {
        JsonNode schemas = validation(
                        flow().task("in", "webhook_receive", "{}")
                                .task("load", "http_request", "{'url': 'https://example.com'}"),
                        "?include_output_schemas=true")
                .path("output_schemas");
        assertThat(schemas.path("load").isObject()).isTrue();
    }

    @Test
    void definitionToValidateHasToBeAnObject() {
        String path = "/api/flows/" + flow + "/validate";
        for (String body : List.of("{}", "{\"definition\": []}", "{\"definition\": null}", "[]", "nonsense")) {
            assertThat(api.request().body(body).post(path).statusCode())
                    .as(body)
                    .isEqualTo(422);
        }
    }

    @Test
    void othersCanNeitherChangeNorValidate() {
        ApiClient stranger = organizations.create();
        ApiClient colleague = organizations.join(api.organization(), "bob", "app_user");
        json(api.patch("/api/flows/" + flow, "{'visibility': 'private'}"), 200);
        ObjectNode task = task("in", "webhook_receive", "{}");
        ObjectNode body = task.objectNode();
        body.set("definition", VALID.json());
        assertThat(stranger.put("/api/flows/" + flow + "/task", task).statusCode())
                .isEqualTo(404);
        assertThat(colleague.put("/api/flows/" + flow + "/task", task).statusCode())
                .isEqualTo(403);
        assertThat(stranger.post("/api/flows/" + flow + "/validate", body).statusCode())
                .isEqualTo(404);
        assertThat(colleague.post("/api/flows/" + flow + "/validate", body).statusCode())
                .isEqualTo(403);
        assertThat(json(put(task), 200).path("version").intValue()).isEqualTo(2);
    }
}
