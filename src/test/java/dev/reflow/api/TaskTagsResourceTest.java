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
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class TaskTagsResourceTest {
    private static final FlowBuilder FLOW = flow().task("in", "webhook_receive", "{}")
            .task("a", "format_data", "{'expression': '1', 'data': '{{in.output}}'}");

    @Inject
    Organizations organizations;

    private ApiClient api;
    private String flow;
    private String execution;

    @BeforeEach
    void newExecution() {
        api = organizations.create();
        flow = api.createFlow(FLOW);
        execution = finished();
    }

    private String finished() {
        String started = api.start(flow, "{}");
        api.awaitStatus(started, "completed");
        return started;
    }

    /** Of task {@code a}, unless the members say otherwise. */
    private static String change(String operation, String execution, String members) {
        ObjectNode change = (ObjectNode) FlowBuilder.json(
                "{'task_name': 'a', 'operation': '" + operation + "', 'flow_execution_id': '" + execution + "'}");
        change.setAll((ObjectNode) FlowBuilder.json(members));
        return change.toString();
    }

    private String add(String members) {
        return change("add", execution, members);
    }

    private String remove(String members) {
        return change("remove", execution, members);
    }

    private static Response patch(ApiClient client, String... changes) {
        return client.patch("/api/task-tags", "{'tags': [" + String.join(",", changes) + "]}");
    }

    private List<String> patch(String... changes) {
        return json(patch(api, changes), 200).path("tags").findValuesAsText("status");
    }

    private JsonNode list(String query) {
        return json(api.get("/api/task-tags?flow_execution_id=" + execution + query), 200);
    }

    @Test
    void changesAreCarriedOutInOrderAndAnsweredInOrder() {
        String high = "{'tag': 'high', 'tag_type': 'priority'}";
        assertThat(patch(add(high), add(high), remove(high), remove(high), add(high)))
                .containsExactly("added", "already_exists", "removed", "not_found", "added");
        assertThat(list("")).hasSize(1);
        assertThat(patch(add(high))).containsExactly("already_exists");
        assertThat(patch(remove(high))).containsExactly("removed");
        assertThat(list("")).isEmpty();
    }

    @Test
    void tagIsShownWithAllThatItIs() {
        patch(add("{'tag': 'high', 'tag_type': 'priority', 'tag_metadata': {'by': ['x', 1.25]}}"));
        JsonNode tag = list("").get(0);
        assertThat(tag.path("flow_execution_id").textValue()).isEqualTo(execution);
        assertThat(tag.path("task_name").textValue()).isEqualTo("a");
        assertThat(tag.path("tag").textValue()).isEqualTo("high");
        assertThat(tag.path("tag_type").textValue()).isEqualTo("priority");
        assertThat(tag.path("tag_metadata").toString()).isEqualTo("{\"by\":[\"x\",1.25]}");
        assertThat(tag.path("modified_by").textValue()).isEqualTo("admin");
        assertThat(tag.path("organization_id").textValue())
                .isEqualTo(api.organization().toString());
        assertThat(tag.path("created_at")).isEqualTo(tag.path("updated_at"));
    }

    @Test
    void everyPartOfTheIdentityCounts() {
        String other = finished();
        String tag = "{'tag': 't', 'tag_type': 'k', 'tag_metadata': {'a': 1, 'b': null}}";
        assertThat(patch(
                        add(tag),
                        add("{'tag': 'T', 'tag_type': 'k', 'tag_metadata': {'a': 1, 'b': null}}"),
                        add("{'tag': 't', 'tag_type': 'K', 'tag_metadata': {'a': 1, 'b': null}}"),
                        add("{'tag': 't', 'tag_type': 'k', 'tag_metadata': {'a': 1}}"),
                        add("{'tag': 't', 'tag_type': 'k'}"),
                        add("{'tag': 't', 'tag_type': 'k', 'task_name': 'A'}"),
                        change("add", other, tag)))
                .containsOnly("added");
        assertThat(patch(
                        add("{'tag': 't', 'tag_type': 'k', 'tag_metadata': {'b': null, 'a': 1.0}}"),
                        add("{'tag': 't', 'tag_type': 'k', 'tag_metadata': null}"),
                        remove("{'tag': 't', 'tag_type': 'k', 'tag_metadata': {'b': null, 'a': 2}}")))
                .containsExactly("already_exists", "already_exists", "not_found");
    }

    @Test
    void removedTagStaysInTheTable() {
        String tag = "{'tag': 't', 'tag_type': 'k'}";
        patch(add(tag), remove(tag), add(tag));
        assertThat(organizations.count(
                        "select count(*) from task_tag where flow_execution_id = $1 and deleted_at is not null",
                        Tuple.of(UUID.fromString(execution))))
                .isEqualTo(1);
    }

    @Test
    void oneOfManyAddsAtTheSameTimeAddsTheTag() {
        String[] tags = {"{'tag': 'x', 'tag_type': 'k'}", "{'tag': 'y', 'tag_type': 'k'}"};
        List<CompletableFuture<List<String>>> answers = IntStream.range(0, 12)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> patch(add(tags[i % 2]), add(tags[1 - i % 2]))))
                .toList();
        List<String> outcomes = new ArrayList<>();
        answers.forEach(answer -> outcomes.addAll(answer.join()));
        assertThat(outcomes.stream().filter("added"::equals)).hasSize(2);
        assertThat(list("")).hasSize(2);
    }

    @Test
    void listIsInTheOrderOfAdditionAndNarrowedByTask() {
        patch(
                add("{'tag': '1', 'tag_type': 'k'}"),
                add("{'tag': '2', 'tag_type': 'k', 'task_name': 'in'}"),
                add("{'tag': '3', 'tag_type': 'k'}"));
        assertThat(list("").findValuesAsText("tag")).containsExactly("1", "2", "3");
        assertThat(list("&task_name=a").findValuesAsText("tag")).containsExactly("1", "3");
        assertThat(list("&task_name=unknown")).isEmpty();
    }

    @Test
    void tagsAreShownWithTheTasksOfAList() {
        patch(add("{'tag': 't', 'tag_type': 'k'}"));
        JsonNode tags = api.task(execution, "a").path("tags");
        assertThat(tags).isEqualTo(list(""));
        assertThat(api.task(execution, "in").path("tags").isEmpty()).isTrue();
    }

    @Test
    void executionsAreFoundByTheTagsOfTheirTasks() {
        String second = finished();
        String third = finished();
        patch(
                add("{'tag': 'high', 'tag_type': 'priority', 'tag_metadata': 1}"),
                add("{'tag': 'high', 'tag_type': 'priority', 'task_name': 'in'}"),
                change("add", second, "{'tag': 'low', 'tag_type': 'priority'}"),
                change("add", third, "{'tag': 'b:c', 'tag_type': 'a'}"));
        assertThat(found("&tags=priority:high")).containsExactly(execution);
        assertThat(found("&tags=priority:low&tags=priority:high")).containsExactly(second, execution);
        assertThat(found("&tags=priority:low&tags=priority:high&sort_direction=asc&page_size=1"))
                .containsExactly(execution);
        assertThat(found("&tags=priority:low&tags=priority:high&start_from_execution_id=" + second))
                .containsExactly(execution);
        assertThat(found("&tags=a:b:c")).containsExactly(third);
        assertThat(found("&tags=priority:high&status=failed")).isEmpty();
        assertThat(found("&tags=priority:high&status=completed&sort_field=updated_at"))
                .containsExactly(execution);
        assertThat(found("&tags=Priority:high")).isEmpty();
        assertThat(found("&tags=high")).isEmpty();
        assertThat(found("&tags=priority:")).isEmpty();
        assertThat(api.get("/api/flow-executions?page_size=1&tags=priority:low&tags=priority:high&flow_id=" + flow)
                        .header("X-Total-Count"))
                .isEqualTo("2");
        patch(
                remove("{'tag': 'high', 'tag_type': 'priority', 'tag_metadata': 1}"),
                remove("{'tag': 'high', 'tag_type': 'priority', 'task_name': 'in'}"));
        assertThat(found("&tags=priority:high")).isEmpty();
    }

    private List<String> found(String query) {
        return json(api.get("/api/flow-executions?flow_id=" + flow + query), 200)
                .findValuesAsText("id");
    }

    @Test
    void foreignExecutionRefusesTheWholeBatch() {
        ApiClient stranger = organizations.create();
        String foreign = stranger.start(stranger.createFlow(FLOW), "{}");
        String tag = "{'tag': 't', 'tag_type': 'k'}";
        JsonNode refused = json(patch(api, add(tag), change("add", foreign, tag)), 404);
        JsonNode absent =
                json(patch(api, add(tag), change("add", UUID.randomUUID().toString(), tag)), 404);
        assertThat(refused.path("error")).isEqualTo(absent.path("error"));
        assertThat(list("")).isEmpty();
        assertThat(json(api.get("/api/task-tags?flow_execution_id=" + foreign), 404)
                        .path("error"))
                .isEqualTo(refused.path("error"));
        api.delete("/api/flow-executions/" + execution);
        assertThat(json(patch(api, add(tag)), 404).path("error")).isEqualTo(refused.path("error"));
    }

    @Test
    void privateFlowIsForbiddenToOthers() {
        api.patch("/api/flows/" + flow, "{'visibility': 'private'}");
        ApiClient other = organizations.join(api.organization(), "other", "app_user");
        assertThat(patch(other, add("{'tag': 't', 'tag_type': 'k'}")).statusCode())
                .isEqualTo(403);
        assertThat(other.get("/api/task-tags?flow_execution_id=" + execution).statusCode())
                .isEqualTo(403);
        assertThat(list("")).isEmpty();
    }

    @Test
    void everyFaultOfTheFormIsReported() {
        assertThat(types(api.patch("/api/task-tags", "{'tags': []}"))).containsExactly("too_short");
        String tag = add("{'tag': 't', 'tag_type': 'k'}");
        assertThat(types(patch(api, Collections.nCopies(101, tag).toArray(String[]::new))))
                .containsExactly("too_long");
        assertThat(types(patch(api, "{}"))).containsExactly("missing", "missing", "missing", "missing", "missing");
        assertThat(types(patch(
                        api,
                        change(
                                "replace",
                                "x",
                                "{'task_name': '', 'tag': '" + "t".repeat(201) + "', 'tag_type': '" + "k".repeat(101)
                                        + "'}"))))
                .containsExactly("enum", "uuid_parsing", "string_too_short", "string_too_long", "string_too_long");
        assertThat(types(api.get("/api/task-tags?task_name=" + "n".repeat(201))))
                .containsExactly("missing", "string_too_long");
        assertThat(list("")).isEmpty();
        assertThat(patch(Collections.nCopies(100, tag).toArray(String[]::new))).hasSize(100);
    }

    private static List<String> types(Response answer) {
        return json(answer, 422).path("detail").findValuesAsText("type");
    }
}
