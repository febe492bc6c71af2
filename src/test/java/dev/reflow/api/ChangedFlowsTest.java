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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ChangedFlowsTest {
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

    private JsonNode change(String body) {
        return json(api.patch("/api/flows/" + flow, body), 200);
    }

    @Test
    void whatIsAbsentOrNullStaysAsItIs() {
        change("{'display_name': 'Orders', 'description': 'of the shop', 'tags': ['b', 'a', 'b'],"
                + " 'visibility': 'public', 'settings': {'ttl': {'seconds': 60}}}");
        JsonNode before = json(api.get("/api/flows/" + flow), 200);
        JsonNode after = change("{'display_name': null, 'description': null, 'tags': null, 'visibility': null,"
                + " 'settings': null, 'status': null, 'anything': 1}");
        assertThat(after.path("display_name").textValue()).isEqualTo("Orders");
        assertThat(after.path("description").textValue()).isEqualTo("of the shop");
        assertThat(after.path("tags").toString()).isEqualTo("[\"b\",\"a\"]");
        assertThat(after.path("settings")).isEqualTo(before.path("settings"));
        assertThat(after.path("status").textValue()).isEqualTo("draft");
        assertThat(after.path("version").intValue()).isEqualTo(1);
        assertThat(after.path("definition")).isEqualTo(VALID.json());
        assertThat(json(api.get("/api/flows/" + flow), 200)).isEqualTo(after);
    }

    @Test
    void settingsAreReplacedAsAWhole() {
        change("{'settings': {'ttl': {'seconds': 60}, 'reexecute_on_update': true}}");
        assertThat(change("{'settings': {}}").path("settings").toString())
                .isEqualTo("{\"ttl\":{\"seconds\":null},\"reexecute_on_update\":false,\"review_view_id\":null}");
    }

    @Test
    void changeNamesItsAuthorAndMovesTheTime() {
        JsonNode before = json(api.get("/api/flows/" + flow), 200);
        JsonNode after = json(
                organizations.join(api.organization(), "ada", "backoffice").patch("/api/flows/" + flow, "{'tags': []}"),
                200);
        assertThat(after.path("modified_by").textValue()).isEqualTo("ada");
        assertThat(after.path("updated_at").textValue())
                .isGreaterThan(before.path("updated_at").textValue());
        assertThat(after.path("created_at")).isEqualTo(before.path("created_at"));
    }

    @Test
    void everyStatusLeadsToEveryOtherOne() {
        for (String status : List.of("published", "archived", "published", "draft", "archived", "draft")) {
            assertThat(change("{'status': '" + status + "'}").path("status").textValue())
                    .isEqualTo(status);
        }
    }

    @Test
    void onlyDraftGetsNewVersions() {
        api.putDefinition(flow, VALID);
        change("{'status': 'published'}");
        ObjectNode definition = VALID.json().objectNode();
        definition.set("definition", VALID.json());
        ObjectNode task = VALID.json().objectNode().put("name", "in").put("task_executor_name", "webhook_receive");
        String path = "/api/flows/" + flow;
        for (Response refused : List.of(
                api.put(path + "/definition", definition),
                api.put(path + "/task", task),
                api.request().post(path + "/versions/1/restore"))) {
            assertThat(json(refused, 400).path("error").path("message").textValue())
                    .contains("published");
        }
        assertThat(change("{'status': 'draft'}").path("version").intValue()).isEqualTo(2);
        assertThat(api.putDefinition(flow, VALID).path("version").intValue()).isEqualTo(3);
    }

    @Test
    void everyFaultOfAChangeIsToldAtOnce() {
        String body = "{'display_name': 1, 'description': [], 'visibility': 'all', 'status': {}, 'tags': ['a', 2],"
                + " 'settings': {'ttl': {'seconds': 59}, 'reexecute_on_update': 'maybe', 'review_view_id': 'x'}}";
        JsonNode faults = json(api.patch("/api/flows/" + flow + "?include_input_schema=2", body), 422)
                .path("detail");
        assertThat(faults.findValuesAsText("type"))
                .containsExactlyInAnyOrder(
                        "bool_parsing",
                        "string_type",
                        "string_type",
                        "enum",
                        "string_type",
                        "string_type",
                        "greater_than_equal",
                        "bool_parsing",
                        "uuid_parsing");
        assertThat(json(api.get("/api/flows/" + flow), 200).path("display_name").textValue())
                .isEqualTo("a flow");
    }

    @Test
    void bodyThatIsNoObjectIsRefused() {
        String path = "/api/flows/" + flow;
        assertThat(json(api.request().body("[]").patch(path), 422)
                        .path("detail")
                        .get(0)
                        .path("type")
                        .textValue())
                .isEqualTo("model_attributes_type");
        assertThat(json(api.request().patch(path), 422)
                        .path("detail")
                        .get(0)
                        .path("type")
                        .textValue())
                .isEqualTo("missing");
        assertThat(json(api.request().body("{\"status\": \"a\\u0000\"}").patch(path), 422)
                        .path("detail")
                        .get(0)
                        .path("type")
                        .textValue())
                .isEqualTo("string_unicode");
        assertThat(json(api.patch("/api/flows/1", "{}"), 422)
                        .path("detail")
                        .get(0)
                        .path("type")
                        .textValue())
                .isEqualTo("uuid_parsing");
    }

    @Test
    void otherMethodsAndPathsAreNotThere() {
        String path = "/api/flows/" + flow;
        assertThat(api.request().body("{}").put(path).statusCode()).isEqualTo(405);
        assertThat(api.get(path + "/definition").statusCode()).isEqualTo(405);
        assertThat(api.get(path + "/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void otherOrganizationsFindNothingToChange() {
        ApiClient stranger = organizations.create();
        assertThat(stranger.patch("/api/flows/" + flow, "{'status': 'archived'}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(stranger.delete("/api/flows/" + flow).statusCode()).isEqualTo(404);
        assertThat(api.patch("/api/flows/" + UUID.randomUUID(), "{}").statusCode())
                .isEqualTo(404);
    }

    @Test
    void privateFlowIsChangedByItsCreatorAndAdministratorsOnly() {
        change("{'visibility': 'private'}");
        ApiClient colleague = organizations.join(api.organization(), "bob", "app_user");
        assertThat(colleague
                        .patch("/api/flows/" + flow, "{'visibility': 'public'}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(colleague.delete("/api/flows/" + flow).statusCode()).isEqualTo(403);
        assertThat(change("{'visibility': 'public'}").path("status").textValue())
                .isEqualTo("draft");
    }

    @Test
    void concurrentChangesLoseNothing() {
        List<CompletableFuture<?>> changes = new ArrayList<>();
        for (String body : List.of(
                "{'display_name': 'new'}", "{'tags': ['t']}", "{'description': 'd'}", "{'visibility': 'public'}")) {
            changes.add(CompletableFuture.runAsync(() -> change(body)));
            changes.add(CompletableFuture.runAsync(() -> api.putDefinition(flow, VALID)));
        }
        changes.forEach(CompletableFuture::join);
        JsonNode after = json(api.get("/api/flows/" + flow), 200);
        assertThat(after.path("version").intValue()).isEqualTo(5);
        assertThat(after.path("display_name").textValue()).isEqualTo("new");
        assertThat(after.path("description").textValue()).isEqualTo("d");
        assertThat(after.path("tags").toString()).isEqualTo("[\"t\"]");
    }
}
