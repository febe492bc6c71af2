package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FlowVersionsResourceTest {
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

    private static final FlowBuilder OTHER =
            flow().task("in", "webhook_receive", "{}").task("other", "format_data", "{'expression': '2'}");

    private Response restore(int version) {
        return api.request().post("/api/flows/" + flow + "/versions/" + version + "/restore");
    }

    private JsonNode summary(String query) {
        return json(api.get("/api/flows/" + flow + "/versions/summary" + query), 200);
    }

    private static List<Integer> numbers(JsonNode summary) {
        return summary.path("versions").findValues("version").stream()
                .map(JsonNode::intValue)
                .toList();
    }

    @Test
    void eachVersionIsReadAsItWasMade() {
        api.putDefinition(flow, OTHER);
        JsonNode first = json(api.get("/api/flows/" + flow + "/versions/1?include_ordered_task_names=true"), 200);
        assertThat(first.path("definition")).isEqualTo(VALID.json());
        assertThat(first.path("is_latest").booleanValue()).isFalse();
        assertThat(first.path("task_names").toString()).isEqualTo("[\"in\",\"out\"]");
        assertThat(json(api.get("/api/flows/" + flow + "/versions/2"), 200))
                .isEqualTo(json(api.get("/api/flows/" + flow), 200));
    }

    @Test
    void versionThatIsNotThereIsNotFound() {
        for (String version : List.of("0", "-1", "2")) {
            String path = "/api/flows/" + flow + "/versions/" + version;
            assertThat(json(api.get(path), 404).path("error").path("message").textValue())
                    .isEqualTo("Flow version not found");
            assertThat(api.patch(path, "{}").statusCode()).isEqualTo(404);
            assertThat(api.request().post(path + "/restore").statusCode()).isEqualTo(404);
        }
        String path = "/api/flows/x/versions/one";
        assertThat(json(api.get(path + "?include_dynamic_data=x"), 422)
                        .path("detail")
                        .findValuesAsText("type"))
                .containsExactlyInAnyOrder("uuid_parsing", "int_parsing", "bool_parsing");
        assertThat(json(api.patch(path, "{'name': 1, 'is_favourite': 'x'}"), 422)
                        .path("detail")
                        .findValuesAsText("type"))
                .containsExactlyInAnyOrder("uuid_parsing", "int_parsing", "string_type", "bool_parsing");
        assertThat(api.request().post(path + "/restore").statusCode()).isEqualTo(422);
    }

    @Test
    void restoredVersionComesBackAsANewOne() {
        api.putDefinition(flow, OTHER);
        JsonNode restored = json(restore(1), 200);
        assertThat(restored.path("version").intValue()).isEqualTo(3);
        assertThat(restored.path("is_latest").booleanValue()).isTrue();
        assertThat(restored.path("definition")).isEqualTo(VALID.json());
        assertThat(json(api.get("/api/flows/" + flow), 200)).isEqualTo(restored);
        assertThat(json(api.get("/api/flows/" + flow + "/versions"), 200)).hasSize(3);
    }

    @Test
    void latestVersionIsNotRestored() {
        JsonNode error = json(restore(1), 400).path("error");
        assertThat(error.path("code").textValue()).isEqualTo("bad_request");
        api.putDefinition(flow, OTHER);
        assertThat(restore(2).statusCode()).isEqualTo(400);
        assertThat(numbers(summary(""))).containsExactly(2, 1);
    }

    @Test
    void concurrentRestorationsGetVersionsOfTheirOwn() {
        api.putDefinition(flow, OTHER);
        List<CompletableFuture<Integer>> restorations = IntStream.range(0, 10)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> json(restore(1), 200).path("version").intValue()))
                .toList();
        assertThat(restorations.stream().map(CompletableFuture::join))
                .containsExactlyInAnyOrder(3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    @Test
    void versionIsNamedAndMarked() {
        api.putDefinition(flow, OTHER);
        ApiClient ada = organizations.join(api.organization(), "ada", "backoffice");
        String path = "/api/flows/" + flow + "/versions/1";
        JsonNode named = json(ada.patch(path, "{'name': 'Before the sale'}"), 200);
        assertThat(named.path("name").textValue()).isEqualTo("Before the sale");
        assertThat(named.path("is_favourite").booleanValue()).isFalse();
        assertThat(named.path("is_latest").booleanValue()).isFalse();
        assertThat(named.path("modified_by").textValue()).isEqualTo("ada");
        assertThat(named.path("updated_at").textValue())
                .isGreaterThan(named.path("created_at").textValue());
        JsonNode marked = json(ada.patch(path, "{'name': null, 'is_favourite': true}"), 200);
        assertThat(marked.path("name").textValue()).isEqualTo("Before the sale");
        assertThat(marked.path("is_favourite").booleanValue()).isTrue();
        assertThat(summary("").path("versions").get(1)).isEqualTo(marked);
        assertThat(json(api.get(path), 200).path("modified_by").textValue()).isEqualTo("admin");
    }

    @Test
    void publishedFlowsVersionsCanStillBeNamed() {
        api.patch("/api/flows/" + flow, "{'status': 'published'}");
        assertThat(api.patch("/api/flows/" + flow + "/versions/1", "{'name': 'live'}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void summaryIsPagedSearchedAndNarrowedToFavourites() {
        for (int i = 0; i < 3; i++) {
            api.putDefinition(flow, OTHER);
        }
        api.patch("/api/flows/" + flow + "/versions/2", "{'name': 'ŻÓŁW 50%', 'is_favourite': true}");
        api.patch("/api/flows/" + flow + "/versions/3", "{'name': 'żółw'}");
        assertThat(numbers(summary(""))).containsExactly(4, 3, 2, 1);
        assertThat(summary("").path("versions").get(0).path("is_latest").booleanValue())
                .isTrue();
        JsonNode page = summary("?page=2&page_size=3");
        assertThat(numbers(page)).containsExactly(1);
        assertThat(page.path("total").intValue()).isEqualTo(4);
        assertThat(page.path("page").intValue()).isEqualTo(2);
        assertThat(page.path("page_size").intValue()).isEqualTo(3);
        assertThat(summary("?page=9").path("total").intValue()).isEqualTo(4);
        assertThat(numbers(summary("?search=żÓŁ"))).containsExactly(3, 2);
        assertThat(numbers(summary("?search=0%"))).containsExactly(2);
        assertThat(numbers(summary("?search=_"))).isEmpty();
        assertThat(numbers(summary("?favourites_only=true"))).containsExactly(2);
        assertThat(numbers(summary("?favourites_only=true&search=w&page=2"))).isEmpty();
    }

    @Test
    void everyFaultOfASummarysFormIsToldAtOnce() {
        JsonNode faults = json(
                        api.get("/api/flows/" + flow
                                + "/versions/summary?page=0&page_size=101&search=\u0000&favourites_only=x"),
                        422)
                .path("detail");
        assertThat(faults.findValuesAsText("type"))
                .containsExactlyInAnyOrder("greater_than_equal", "less_than_equal", "string_unicode", "bool_parsing");
    }

    @Test
    void othersSeeAndChangeNoVersions() {
        api.putDefinition(flow, OTHER);
        api.patch("/api/flows/" + flow, "{'visibility': 'private'}");
        String path = "/api/flows/" + flow + "/versions";
        ApiClient stranger = organizations.create();
        ApiClient colleague = organizations.join(api.organization(), "bob", "app_user");
        for (String each : List.of("", "/summary", "/1")) {
            assertThat(stranger.get(path + each).statusCode()).isEqualTo(404);
            assertThat(colleague.get(path + each).statusCode()).isEqualTo(403);
        }
        assertThat(stranger.patch(path + "/1", "{'name': 'x'}").statusCode()).isEqualTo(404);
        assertThat(colleague.patch(path + "/1", "{'name': 'x'}").statusCode()).isEqualTo(403);
        assertThat(stranger.request().post(path + "/1/restore").statusCode()).isEqualTo(404);
        assertThat(colleague.request().post(path + "/1/restore").statusCode()).isEqualTo(403);
    }

    @Test
    void whoNamesAVersionIsNotTheAuthorOfWhatFollowsIt() {
        api.patch("/api/flows/" + flow, "{'settings': {'reexecute_on_update': true}}");
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        api.putDefinition(flow, OTHER);
        organizations
                .join(api.organization(), "ada", "backoffice")
                .patch("/api/flows/" + flow + "/versions/2", "{'name': 'x'}");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> api.execution(execution).path("flow_version").intValue() == 2);
        assertThat(json(api.get("/api/flow-executions/" + execution + "/generations"), 200)
                        .path("generations")
                        .get(0)
                        .path("requested_by")
                        .textValue())
                .isEqualTo("admin");
    }
}
