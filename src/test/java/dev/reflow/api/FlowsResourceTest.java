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
import io.restassured.RestAssured;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FlowsResourceTest {
    private static final FlowBuilder VALID =
            flow().task("in", "webhook_receive", "{}").task("out", "format_data", "{'expression': '1'}");

    @Inject
    Organizations organizations;

    private ApiClient api;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
    }

    private static JsonNode creation(String name, FlowBuilder definition, String more) {
        ObjectNode body = (ObjectNode) FlowBuilder.json(more);
        body.put("display_name", name);
        body.set("definition", definition.json());
        return body;
    }

    @Test
    void definitionComesBackAsItWasSent() {
        ObjectNode definition = VALID.json();
        definition.put("unknown", 1.50).putArray("list").add("zażółć").addNull();
        ObjectNode body = (ObjectNode) FlowBuilder.json("{'display_name': 'Kept', 'tags': ['b', 'a', 'b'],"
                + " 'description': 'why', 'visibility': 'public', 'settings': {'ttl': {'seconds': 60}}}");
        body.set("definition", definition);
        JsonNode created = json(api.post("/api/flows", body), 201);
        JsonNode read = json(api.get("/api/flows/" + created.path("id").textValue()), 200);
        assertThat(read).isEqualTo(created);
        assertThat(read.path("definition").toString()).isEqualTo(definition.toString());
        assertThat(read.path("tags").toString()).isEqualTo("[\"b\",\"a\"]");
        assertThat(read.path("settings").toString())
                .isEqualTo("{\"ttl\":{\"seconds\":60},\"reexecute_on_update\":false,\"review_view_id\":null}");
        assertThat(read.path("version").intValue()).isEqualTo(1);
        assertThat(read.path("is_latest").booleanValue()).isTrue();
        assertThat(read.path("status").textValue()).isEqualTo("draft");
        assertThat(read.path("modified_by").textValue()).isEqualTo("admin");
        assertThat(read.path("organization_id").textValue())
                .isEqualTo(api.organization().toString());
        assertThat(read.path("created_at").textValue())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z");
    }

    @Test
    void everyFaultOfADefinitionIsToldAtOnce() {
        FlowBuilder invalid = flow().task("in", "webhook_receive", "{}")
                .task("a", "no_such_executor", "{'x': '{{b.output}}'}")
                .task("b", "format_data", "{'expression': '1', 'data': '{{a.output}}', 'more': '{{gone.x}}'}")
                .task("a", "format_data", "{}");
        JsonNode error =
                json(api.post("/api/flows", creation("x", invalid, "{}")), 400).path("error");
        assertThat(error.path("code").textValue()).isEqualTo("invalid_dsl_input");
        assertThat(error.path("details").findValuesAsText("type"))
                .contains("unknown_task", "cycle", "duplicate_name", "unknown_task_executor");
        assertThat(error.path("details").get(0).path("loc").get(0).textValue()).isEqualTo("flow_configs");
    }

    @Test
    void unknownExecutorsAndUnfitParametersAreTold() {
        FlowBuilder invalid = flow().task("in", "webhook_receive", "{}")
                .task("a", "no_such_executor", "{}")
                .task("b", "delay", "{'seconds': 'soon'}")
                .task("c", "delay", "{'seconds': '{{in.seconds}}'}");
        JsonNode details = json(api.post("/api/flows", creation("x", invalid, "{}")), 400)
                .path("error")
                .path("details");
        List<String> places = new ArrayList<>();
        details.forEach(fault ->
                places.add(fault.path("loc").get(4) + " " + fault.path("loc").get(5)));
        assertThat(places).containsExactlyInAnyOrder("1 \"task_executor_name\"", "2 \"parameters\"");
    }

    @Test
    void concurrentChangesGetVersionsOfTheirOwn() {
        String flow = api.createFlow(VALID);
        List<CompletableFuture<Integer>> changes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            FlowBuilder next =
                    flow().task("in", "webhook_receive", "{}").task("t" + i, "format_data", "{'expression': '1'}");
            changes.add(CompletableFuture.supplyAsync(
                    () -> api.putDefinition(flow, next).path("version").intValue()));
        }
        assertThat(changes.stream().map(CompletableFuture::join))
                .containsExactlyInAnyOrder(2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        JsonNode versions = json(api.get("/api/flows/" + flow + "/versions"), 200);
        assertThat(versions.findValues("version").stream().map(JsonNode::intValue))
                .containsExactly(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
        assertThat(versions.get(0).path("is_latest").booleanValue()).isTrue();
        assertThat(versions.get(1).path("is_latest").booleanValue()).isFalse();
        assertThat(versions.get(10).path("definition")).isEqualTo(VALID.json());
    }

    @Test
    void listIsPagedSearchedAndSorted() {
        for (String name : List.of("Alpha", "beta", "50% off", "GAMMA")) {
            json(api.post("/api/flows", creation(name, VALID, "{'tags': ['" + name.charAt(0) + "']}")), 201);
        }
        JsonNode page = json(api.get("/api/flows?page=2&page_size=3"), 200);
        assertThat(page.path("total").intValue()).isEqualTo(4);
        assertThat(page.path("flows").findValuesAsText("display_name")).containsExactly("Alpha");
        assertThat(json(api.get("/api/flows?page=9"), 200).path("total").intValue())
                .isEqualTo(4);
        assertThat(names("search=A")).containsExactly("GAMMA", "beta", "Alpha");
        assertThat(names("search=0%")).containsExactly("50% off");
        assertThat(names("sort_field=created_at&sort_direction=asc")).startsWith("Alpha", "beta");
        assertThat(names("tag_filters=A,b")).containsExactly("beta", "Alpha");
        assertThat(names("is_cleanable=true")).isEmpty();
        ApiClient other = organizations.join(api.organization(), "admin", "publisher");
        json(other.post("/api/flows", creation("theirs", VALID, "{}")), 201);
        String theirs = organizations
                .idOf(
                        "select id from service_account where organization_id = $1 order by created_at desc limit 1",
                        Tuple.of(api.organization()))
                .toString();
        assertThat(names("created_by_id=" + theirs)).containsExactly("theirs");
        assertThat(names("created_by_id=admin")).isEmpty(); // what both are called
        assertThat(names("organization_id=" + UUID.randomUUID())).isEmpty();
        assertThat(names("organization_id=" + api.organization())).hasSize(5);
    }

    @Test
    void searchIgnoresTheCaseOfAnyLetter() {
        json(api.post("/api/flows", creation("ZAŻÓŁĆ GĘŚLĄ", VALID, "{'description': 'Jaźń_1'}")), 201);
        json(api.post("/api/flows", creation("other", VALID, "{}")), 201);
        for (String part : List.of("zażółć", "gęślą", "JAŹŃ", "ń_1")) {
            assertThat(names("search=" + part)).as(part).containsExactly("ZAŻÓŁĆ GĘŚLĄ");
        }
        assertThat(names("search=ń%1")).isEmpty();
    }

    @Test
    void pagesHaveBoundsAndSearchHasNoNul() {
        JsonNode faults = json(
                        api.get("/api/flows?page=0&page_size=101&sort_field=id&sort_direction=up&search=\u0000"
                                + "&organization_id=1"),
                        422)
                .path("detail");
        assertThat(faults.findValuesAsText("type"))
                .containsExactlyInAnyOrder(
                        "greater_than_equal",
                        "less_than_equal",
                        "string_pattern_mismatch",
                        "string_pattern_mismatch",
                        "string_unicode",
                        "uuid_parsing");
    }

    private List<String> names(String query) {
        return json(api.get("/api/flows?" + query), 200).path("flows").findValuesAsText("display_name");
    }

    @Test
    void includedFieldsComeWhenAskedFor() {
        String flow = api.createFlow(VALID);
        JsonNode plain = json(api.get("/api/flows/" + flow), 200);
        assertThat(plain.path("task_names").isNull()).isTrue();
        JsonNode full = json(
                api.get("/api/flows/" + flow + "?include_ordered_task_names=1&include_validation_errors=yes"), 200);
        assertThat(full.path("task_names").toString()).isEqualTo("[\"in\",\"out\"]");
        assertThat(full.path("validation_errors").toString()).isEqualTo("[]");
    }

    @Test
    void everyFaultOfAFormIsToldAtOnce() {
        JsonNode answer = json(
                api.request()
                        .body(
                                "{\"display_name\": \"\", \"settings\": {\"ttl\": {\"seconds\": 1}}, \"visibility\": \"all\"}")
                        .post("/api/flows?include_dynamic_data=maybe"),
                422);
        assertThat(answer.path("error").path("code").textValue()).isEqualTo("validation_error");
        assertThat(answer.path("detail").findValuesAsText("type"))
                .containsExactlyInAnyOrder("bool_parsing", "string_too_short", "missing", "greater_than_equal", "enum");
        assertThat(answer.path("error").path("details")).isEqualTo(answer.path("detail"));
        assertThat(answer.path("request_id").textValue()).hasSize(26);
    }

    @Test
    void otherOrganizationsSeeNothing() {
        String flow = api.createFlow(VALID);
        ApiClient stranger = organizations.create();
        String absent = "/api/flows/" + UUID.randomUUID();
        for (String path : List.of("", "/versions")) {
            JsonNode foreign = json(stranger.get("/api/flows/" + flow + path), 404);
            JsonNode missing = json(stranger.get(absent + path), 404);
            assertThat(foreign.path("error")).isEqualTo(missing.path("error"));
        }
        ObjectNode body = VALID.json().objectNode();
        body.set("definition", VALID.json());
        assertThat(stranger.put("/api/flows/" + flow + "/definition", body).statusCode())
                .isEqualTo(404);
        assertThat(json(stranger.get("/api/flows"), 200).path("total").intValue())
                .isZero();
    }

    @Test
    void privateFlowIsForItsCreatorAndAdministrators() {
        ApiClient creator = organizations.join(api.organization(), "ada", "app_user");
        ApiClient colleague = organizations.join(api.organization(), "bob", "app_user");
        String flow = json(creator.post("/api/flows", creation("mine", VALID, "{'visibility': 'private'}")), 201)
                .path("id")
                .textValue();
        assertThat(creator.get("/api/flows/" + flow).statusCode()).isEqualTo(200);
        assertThat(api.get("/api/flows/" + flow).statusCode()).isEqualTo(200);
        assertThat(colleague.get("/api/flows/" + flow).statusCode()).isEqualTo(403);
        assertThat(json(colleague.get("/api/flows"), 200).path("total").intValue())
                .isZero();
        String execution = creator.start(flow, "{}");
        creator.awaitStatus(execution, "completed");
        assertThat(colleague.get("/api/flow-executions/" + execution).statusCode())
                .isEqualTo(403);
        assertThat(colleague.execute(execution, false).statusCode()).isEqualTo(403);
        assertThat(colleague
                        .request()
                        .post("/api/flow-executions/" + execution + "/cancel")
                        .statusCode())
                .isEqualTo(403);
        assertThat(colleague.tasks(execution)).isEmpty();
        assertThat(creator.tasks(execution)).hasSize(2);
    }

    @Test
    void credentialsAreNeeded() {
        for (String key : List.of("saf_unknown", "nonsense", "saf_")) {
            JsonNode error = json(RestAssured.given().header("X-API-Key", key).get("/api/flows"), 401);
            assertThat(error.path("error").path("code").textValue()).isEqualTo("unauthorized");
        }
        assertThat(RestAssured.get("/api/flows").header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(RestAssured.get("/api/task-executors").statusCode()).isEqualTo(401);
    }

    @Test
    void largeDefinitionIsAccepted() {
        FlowBuilder large = flow().task("in", "webhook_receive", "{}");
        for (int i = 0; i < 2000; i++) {
            large.task("t" + i, "format_data", "{'expression': '1', 'data': '{{in.output}}'}");
        }
        ObjectNode definition = large.json();
        definition.put("filler", "x".repeat(10_000_000));
        ObjectNode body = definition.objectNode().put("display_name", "large");
        body.set("definition", definition);
        JsonNode created = json(api.post("/api/flows", body), 201);
        assertThat(created.path("definition").path("filler").textValue()).hasSize(10_000_000);
    }

    @Test
    void taskExecutorsAreDescribed() {
        JsonNode executors = json(api.get("/api/task-executors"), 200);
        assertThat(executors.findValuesAsText("task_executor_name"))
                .contains("delay", "format_data", "http_request", "receive_file", "webhook_receive");
        executors.forEach(executor -> {
            assertThat(executor.path("parameters_schema").isObject()).isTrue();
            assertThat(executor.path("flow_input_schema").isObject())
                    .isEqualTo(executor.path("is_input_task_executor").booleanValue());
            assertThat(executor.path("task_executor_description").textValue()).hasSizeGreaterThan(10);
        });
    }

    @Test
    void charactersThatNoDatabaseHoldsAreRefused() {
        for (String evil : List.of("a\\u0000b", "\\ud800")) {
            String task = "{\"name\": \"" + evil + "\", \"task_executor_name\": \"webhook_receive\"}";
            for (String body : List.of(
                    "{\"display_name\": \"" + evil + "\", \"definition\": {}}",
                    "{\"display_name\": \"x\", \"definition\": {\"flow_configs\": [{\"config\": {\"tasks\": [" + task
                            + "]}}]}}")) {
                JsonNode refused = json(api.request().body(body).post("/api/flows"), 422);
                assertThat(refused.path("detail").findValuesAsText("type")).containsExactly("string_unicode");
            }
        }
    }

    @Test
    void whatIsAcceptedCanBeReadAgain() {
        String flow = api.createFlow(VALID);
        String input = "{\"big\":1E+1000,\"small\":-1.1E-1000,\"exact\":0.1234567890123456789012345678901}";
        JsonNode started = json(
                api.request()
                        .body("{\"flow_id\": \"" + flow + "\", \"input\": " + input + "}")
                        .post("/api/flow-executions"),
                201);
        api.awaitStatus(started.path("id").textValue(), "completed");
        assertThat(api.output(started.path("id").textValue(), "in")).hasToString(input);
    }
}
