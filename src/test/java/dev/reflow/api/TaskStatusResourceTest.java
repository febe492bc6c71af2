package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.Collections;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TaskStatusResourceTest {
    /** The engine does not get to {@code a} and {@code b}. */
    private static final FlowBuilder FLOW = flow().task("in", "webhook_receive", "{}")
            .task("gate", "delay", "{'seconds': 3600}")
            .task("a", "format_data", "{'expression': '1', 'data': '{{gate.output}}'}")
            .task("b", "format_data", "{'expression': '1', 'data': '{{gate.output}}'}");

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
        await().until(() -> api.taskLines(execution).contains("gate#0 running consistent"));
    }

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    private static Response say(ApiClient client, String execution, String statuses) {
        return client.post(
                "/api/flow-executions/" + execution + "/task-status",
                FlowBuilder.json("{'statuses': " + statuses + "}"));
    }

    private JsonNode say(String statuses) {
        return json(say(api, execution, statuses), 200);
    }

    private String status() {
        return api.execution(execution).path("status").textValue();
    }

    private long kept() {
        return organizations.count(
                "select count(*) from task_status where flow_execution_id = $1", Tuple.of(UUID.fromString(execution)));
    }

    @Test
    void everyWordIsAnsweredInItsPlace() {
        JsonNode answer = say("[{'task_name': 'b', 'status': 'completed'}, {'task_name': 'a', 'status': 'half done'},"
                + " {'task_name': 'a'}, {'task_name': 'b', 'status': null}]");
        assertThat(answer)
                .extracting(each -> each.path("task_name").textValue() + " "
                        + each.path("status").textValue() + " "
                        + each.path("reported_status").asText())
                .containsExactly("b completed completed", "a running half done", "a queued null", "b queued null");
        assertThat(answer.findValuesAsText("id")).doesNotHaveDuplicates();
        for (JsonNode each : answer) {
            assertThat(each.path("flow_execution_id").textValue()).isEqualTo(execution);
            assertThat(each.path("organization_id").textValue())
                    .isEqualTo(api.organization().toString());
            assertThat(each.path("created_at").isTextual()).isTrue();
        }
    }

    @Test
    void historyIsKept() {
        say("[{'task_name': 'a', 'status': 'one'}]");
        say("[{'task_name': 'a', 'status': 'two'}, {'task_name': 'a', 'status': null}]");
        assertThat(organizations.textOf(
                        "select string_agg(concat_ws(' ', task_name, coalesce(status, '-'), generation, reported_by), ','"
                                + " order by number) from task_status where flow_execution_id = $1",
                        Tuple.of(UUID.fromString(execution))))
                .isEqualTo("a one 1 admin,a two 1 admin,a - 1 admin");
    }

    @Test
    void waitingTaskMakesTheExecutionAwaitInputUntilNoneWaits() {
        JsonNode before = api.execution(execution);
        say("[{'task_name': 'a', 'status': 'awaiting_input'}, {'task_name': 'b', 'status': 'awaiting_input'}]");
        JsonNode waiting = api.execution(execution);
        assertThat(waiting.path("status").textValue()).isEqualTo("awaiting_input");
        assertThat(waiting.path("modified_by").textValue()).isEqualTo("admin");
        assertThat(waiting.path("updated_at").textValue())
                .isGreaterThan(before.path("updated_at").textValue());
        say("[{'task_name': 'a', 'status': 'running'}]");
        assertThat(status()).isEqualTo("awaiting_input");
        say("[{'task_name': 'b', 'status': 'awaiting_input'}, {'task_name': 'b', 'status': 'running'}]");
        assertThat(status()).isEqualTo("running");
        assertThat(api.taskLines(execution)).containsExactly("gate#0 running consistent", "in#0 completed consistent");
    }

    @Test
    void attemptThatWaitsIsNotTalkedAway() {
        FlowBuilder waiting =
                flow().task("in", "webhook_receive", "{}").task("wait", "wait_for_webhook", "{'a': '{{in.output}}'}");
        String other = api.start(api.createFlow(waiting), "{}");
        api.awaitStatus(other, "awaiting_input");
        await().until(() -> api.taskLines(other).contains("wait#0 awaiting_input consistent"));
        json(say(api, other, "[{'task_name': 'in', 'status': 'completed'}]"), 200);
        assertThat(api.execution(other).path("status").textValue()).isEqualTo("awaiting_input");
    }

    @Test
    void wordThatTheTaskWaitsEndsWithTheTask() {
        say("[{'task_name': 'a', 'status': 'awaiting_input'}]");
        json(
                api.post(
                        "/api/task-executions",
                        FlowBuilder.json("{'flow_execution_id': '" + execution + "', 'task_name': 'a',"
                                + " 'task_execution_idx': 0, 'processing_status': 'completed', 'output': 1}")),
                201);
        assertThat(status()).isEqualTo("running");
        say("[{'task_name': 'b', 'status': 'running'}]");
        assertThat(status()).isEqualTo("running");
    }

    @Test
    void wordsOfAnEarlierGenerationCountNoMore() {
        say("[{'task_name': 'a', 'status': 'awaiting_input'}]");
        api.execute(execution, false);
        api.awaitStatus(execution, "running");
        say("[{'task_name': 'b', 'status': 'running'}]");
        assertThat(status()).isEqualTo("running");
    }

    @Test
    void otherWordsChangeNothingOfTheExecution() {
        JsonNode before = api.execution(execution);
        say("[{'task_name': 'a', 'status': 'failed'}, {'task_name': 'b', 'status': 'cancelled'}]");
        assertThat(api.execution(execution)).isEqualTo(before);
    }

    @Test
    void unknownTaskIsABadRequestAndNothingIsKept() {
        JsonNode answer = json(
                say(api, execution, "[{'task_name': 'a', 'status': 'awaiting_input'}, {'task_name': 'nobody'}]"), 400);
        assertThat(answer.path("error").path("code").textValue()).isEqualTo("bad_request");
        assertThat(answer.path("error").path("message").textValue()).contains("'nobody'");
        assertThat(kept()).isZero();
        assertThat(status()).isEqualTo("running");
    }

    @Test
    void everyFaultOfTheFormIsReported() {
        JsonNode answer = json(
                say(
                        api,
                        execution,
                        "[{'task_name': ''}, {'task_name': 'a', 'status': '" + "x".repeat(51) + "'}, {'status': 5},"
                                + " {'task_name': '" + "n".repeat(256) + "'}, 7]"),
                422);
        assertThat(answer.path("detail"))
                .extracting(
                        fault -> fault.path("loc") + " " + fault.path("type").textValue())
                .containsExactly(
                        "[\"body\",\"statuses\",0,\"task_name\"] string_too_short",
                        "[\"body\",\"statuses\",1,\"status\"] string_too_long",
                        "[\"body\",\"statuses\",2,\"task_name\"] missing",
                        "[\"body\",\"statuses\",2,\"status\"] string_type",
                        "[\"body\",\"statuses\",3,\"task_name\"] string_too_long",
                        "[\"body\",\"statuses\",4] model_attributes_type");
        assertThat(kept()).isZero();
    }

    @Test
    void oneToAHundredWordsAreTaken() {
        assertThat(types(say(api, execution, "[]"))).containsExactly("too_short");
        String word = "{'task_name': 'a', 'status': 'x'}";
        assertThat(types(say(api, execution, Collections.nCopies(101, word).toString())))
                .containsExactly("too_long");
        assertThat(kept()).isZero();
        assertThat(say(Collections.nCopies(100, word).toString())).hasSize(100);
        assertThat(kept()).isEqualTo(100);
    }

    private static Iterable<String> types(Response answer) {
        return json(answer, 422).path("detail").findValuesAsText("type");
    }

    @Test
    void executionOfOthersIsNotThere() {
        String word = "[{'task_name': 'a'}]";
        assertThat(withoutRequestId(say(organizations.create(), execution, word)))
                .isEqualTo(withoutRequestId(say(api, UUID.randomUUID().toString(), word)));
        api.delete("/api/flow-executions/" + execution);
        assertThat(withoutRequestId(say(api, execution, word)))
                .isEqualTo(withoutRequestId(say(api, UUID.randomUUID().toString(), word)));
        assertThat(kept()).isZero();
    }

    private static JsonNode withoutRequestId(Response answer) {
        return json(answer, 404).path("error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"org_admin", "backoffice", "publisher", "app_user", "worker"})
    void onlyIntegrationsReport(String role) {
        String word = "[{'task_name': 'a'}]";
        assertThat(say(organizations.join(api.organization(), "a " + role, role), execution, word)
                        .statusCode())
                .isEqualTo(403);
        json(say(organizations.join(api.organization(), "an integration", "integration"), execution, word), 200);
    }

    @Test
    void privateFlowIsForbiddenToOthers() {
        organizations.execute(
                "update flow set visibility = 'private' where organization_id = $1", Tuple.of(api.organization()));
        ApiClient other = organizations.join(api.organization(), "other", "integration");
        assertThat(say(other, execution, "[{'task_name': 'a'}]").statusCode()).isEqualTo(403);
    }
}
