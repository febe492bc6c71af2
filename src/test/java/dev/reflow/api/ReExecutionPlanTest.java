package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ReExecutionPlanTest {
    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    private ApiClient api;
    private String flow;
    private String execution;

    private static FlowBuilder chain(int factor, String last) {
        return flow().task("in", "webhook_receive", "{}")
                .task(
                        "a",
                        "format_data",
                        "{'expression': 'n * " + factor + "', 'data': '{{in.output}}'}",
                        task -> task.put("task_title", "Multiply"))
                .task("b", "format_data", "{'expression': 'a', 'data': {'a': '{{a.output}}'}}")
                .task(last, "format_data", "{'expression': '1'}");
    }

    @BeforeEach
    void finishedExecution() {
        api = organizations.create();
        flow = api.createFlow(chain(2, "old"));
        execution = api.start(flow, "{'n': 1}");
        api.awaitStatus(execution, "completed");
    }

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    private Response plan(boolean onlyStale) {
        return api.get("/api/flow-executions/" + execution + "/plan?only_stale=" + onlyStale);
    }

    private static List<String> lines(JsonNode plan) {
        List<String> lines = new ArrayList<>();
        plan.path("tasks")
                .forEach(task -> lines.add(task.path("task_name").textValue() + " "
                        + task.path("action").textValue() + " "
                        + task.path("reasons").get(0).path("code").textValue() + " "
                        + task.path("reasons").get(0).path("detail")));
        return lines;
    }

    @Test
    void planSaysWhatAStaleOnlyReExecutionThenDoes() {
        api.putDefinition(flow, chain(3, "new"));
        JsonNode plan = json(plan(true), 200);
        assertThat(lines(plan))
                .containsExactly(
                        "in reuse unchanged []",
                        "a run definition_changed [\"expression\"]",
                        "b run_if_changed upstream_runs [\"a\"]",
                        "new run new_in_version []",
                        "old drop removed_in_version []");
        assertThat(plan.path("flow_version").toString()).isEqualTo("{\"from\":1,\"to\":2}");
        assertThat(plan.path("generation").intValue()).isEqualTo(2);
        assertThat(plan.path("summary").toString())
                .isEqualTo("{\"run\":2,\"reuse\":1,\"run_if_changed\":1,\"drop\":1}");
        assertThat(plan.path("tasks").get(1).path("task_title").textValue()).isEqualTo("Multiply");
        assertThat(api.execution(execution).path("flow_version").intValue()).isEqualTo(1);

        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution))
                .contains("a#1 completed consistent", "b#1 completed consistent", "new#0 completed consistent")
                .doesNotContain("in#1 completed consistent");
        assertThat(json(plan(true), 200).path("summary").toString())
                .isEqualTo("{\"run\":0,\"reuse\":4,\"run_if_changed\":0,\"drop\":1}");
    }

    @Test
    void planOfAFullReExecutionRunsEverything() {
        assertThat(lines(json(plan(false), 200)))
                .containsExactly("in run full []", "a run full []", "b run full []", "old run full []");
    }

    @Test
    void planIsOfWhatIsStaleUnlessSaid() {
        assertThat(json(api.get("/api/flow-executions/" + execution + "/plan"), 200))
                .isEqualTo(json(plan(true), 200));
    }

    @Test
    void cancelledTaskIsToBeRun() {
        execution = api.start(
                api.createFlow(flow().task("in", "webhook_receive", "{}").task("wait", "wait_for_webhook", "{}")),
                "{}");
        api.awaitStatus(execution, "awaiting_input");
        api.request().post("/api/flow-executions/" + execution + "/cancel");
        api.awaitStatus(execution, "cancelled");
        assertThat(lines(json(plan(true), 200))).containsExactly("in reuse unchanged []", "wait run cancelled []");
    }

    @Test
    void planThatIsNoLongerRightIsNotCarriedOut() {
        String tag = plan(true).header("ETag");
        assertThat(plan(true).header("ETag")).isEqualTo(tag);
        assertThat(plan(false).header("ETag")).isNotEqualTo(tag);
        api.putDefinition(flow, chain(3, "new"));
        assertThat(plan(true).header("ETag")).isNotEqualTo(tag);
        String path = "/api/flow-executions/" + execution + "/execute?only_stale=";
        JsonNode refused = json(api.request().header("If-Match", tag).post(path + true), 412);
        assertThat(refused.path("error").path("code").textValue()).isEqualTo("precondition_failed");
        String fresh = plan(true).header("ETag");
        assertThat(api.request().header("If-Match", fresh).post(path + false).statusCode())
                .isEqualTo(412);
        assertThat(api.request().header("If-Match", fresh).post(path + true).statusCode())
                .isEqualTo(204);
        assertThat(api.request().header("If-Match", fresh).post(path + true).statusCode())
                .isEqualTo(412);
        api.awaitStatus(execution, "completed");
        assertThat(plan(true).header("ETag")).isNotEqualTo(fresh);
    }

    @Test
    void editAndMarkChangeTheTag() {
        String before = plan(true).header("ETag");
        ObjectNode a = (ObjectNode) api.task(execution, "a");
        json(api.put("/api/task-executions", a.put("stale_status", "stale")), 200);
        String marked = plan(true).header("ETag");
        ObjectNode b = (ObjectNode) api.task(execution, "b");
        json(api.put("/api/task-executions", b.put("output", 9)), 200);
        assertThat(List.of(before, marked, plan(true).header("ETag"))).doesNotHaveDuplicates();
        assertThat(lines(json(plan(true), 200)))
                .containsExactly(
                        "in reuse unchanged []",
                        "a run marked_stale []",
                        "b reuse edited []",
                        "old reuse unchanged []");
    }

    @Test
    void generationsTellTheHistory() {
        api.putDefinition(flow, chain(3, "old"));
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        api.putDefinition(
                flow,
                flow().task("in", "webhook_receive", "{}")
                        .task("wait", "delay", "{'seconds': 3600}")
                        .task("quick", "format_data", "{'expression': '1', 'data': '{{in.output}}'}"));
        api.execute(execution, false);
        Awaitility.await()
                .until(() -> api.taskLines(execution).stream().anyMatch(line -> line.startsWith("quick#0 completed"))
                        && api.taskLines(execution).stream().anyMatch(line -> line.startsWith("wait#0 running")));
        api.execute(execution, false);
        JsonNode generations = json(api.get("/api/flow-executions/" + execution + "/generations"), 200)
                .path("generations");
        List<String> lines = new ArrayList<>();
        generations.forEach(each -> lines.add(each.path("generation") + " "
                + each.path("mode").textValue() + " " + each.path("status").textValue() + " "
                + each.path("flow_version") + " " + each.path("end_reason") + " "
                + each.path("tasks")));
        assertThat(lines.subList(1, 4))
                .containsExactly(
                        "3 full superseded {\"from\":2,\"to\":3} \"superseded\""
                                + " {\"run\":2,\"reused\":0,\"cut_off\":0,\"failed\":0}",
                        "2 stale_only completed {\"from\":1,\"to\":2} \"completed\""
                                + " {\"run\":2,\"reused\":2,\"cut_off\":0,\"failed\":0}",
                        "1 first completed {\"from\":1,\"to\":1} \"completed\""
                                + " {\"run\":4,\"reused\":0,\"cut_off\":0,\"failed\":0}");
        assertThat(lines.get(0)).startsWith("4 full running {\"from\":3,\"to\":3} null");
        assertThat(generations.get(1).path("finished_at"))
                .isEqualTo(generations.get(0).path("requested_at"));
        assertThat(generations.get(0).path("requested_by").textValue()).isEqualTo("admin");
    }

    private List<String> counts() {
        List<String> counts = new ArrayList<>();
        json(api.get("/api/flow-executions/" + execution + "/generations"), 200)
                .path("generations")
                .forEach(each -> counts.add(each.path("generation") + " " + each.path("tasks")));
        return counts;
    }

    private void markAsStale(String task) {
        ObjectNode body = (ObjectNode) api.task(execution, task);
        json(api.put("/api/task-executions", body.put("stale_status", "stale")), 200);
    }

    private void awaitParked() {
        Awaitility.await()
                .until(() -> organizations.count(
                                "select count(*) from flow_execution where id = $1 and active and owner is null"
                                        + " and wake_at is null",
                                Tuple.of(UUID.fromString(execution)))
                        == 1);
    }

    /** Whatever happens later: an edit, another generation that keeps the same results, the purge of its attempts. */
    @Test
    void countsOfAGenerationThatDoesNotEndAreThoseOfTasksAndStay() {
        markAsStale("a");
        api.putDefinition(
                flow,
                chain(2, "old")
                        .task(
                                "bad",
                                "format_data",
                                "{'expression': '$error()'}",
                                task -> task.set(
                                        "retry_policy",
                                        FlowBuilder.json("{'maximum_attempts': 2, 'initial_interval_seconds': 0.01}")))
                        .task("wait", "wait_for_webhook", "{}"));
        api.execute(execution, true);
        awaitParked();
        String second = "2 {\"run\":1,\"reused\":2,\"cut_off\":1,\"failed\":1}";
        assertThat(counts().get(0)).isEqualTo(second);
        assertThat(api.taskLines(execution)).contains("bad#1 failed consistent");

        ObjectNode bad = (ObjectNode) api.task(execution, "bad");
        json(api.put("/api/task-executions", bad.put("output", 1)), 200);
        markAsStale("a");
        assertThat(counts().get(0)).isEqualTo(second);
        api.execute(execution, true);
        awaitParked();
        String third = "3 {\"run\":1,\"reused\":3,\"cut_off\":1,\"failed\":0}";
        assertThat(counts().subList(0, 2)).containsExactly(third, second);

        api.execute(execution, false);
        awaitParked();
        organizations.execute("select purge_superseded(interval '0', 1000000)", Tuple.tuple());
        assertThat(counts().subList(1, 3)).containsExactly(third, second);
    }

    @Test
    void attemptsAreKeptForATimeAfterTheReExecutionThatDiscardedThem() {
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        String attempts = "select count(*) from task_execution where flow_execution_id = $1 and generation = 1";
        backdate(2);
        purgeAfterADay();
        assertThat(organizations.count(attempts, Tuple.of(UUID.fromString(execution))))
                .isEqualTo(4);
        backdate(3);
        purgeAfterADay();
        assertThat(organizations.count(attempts, Tuple.of(UUID.fromString(execution))))
                .isZero();
    }

    /** And what was there before it. */
    private void backdate(int generation) {
        organizations.execute(
                "with asked as (update generation set requested_at = requested_at - interval '3 days'"
                        + " where flow_execution_id = $1 and generation = $2)"
                        + " update task_execution set completed_at = completed_at - interval '3 days'"
                        + " where flow_execution_id = $1 and generation < $2",
                Tuple.of(UUID.fromString(execution), generation));
    }

    private void purgeAfterADay() {
        organizations.execute("select purge_superseded(interval '1 day', 1000000)", Tuple.tuple());
    }

    @Test
    void purgeRemovesDiscardedAttemptsAndKeepsTheHistory() {
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        JsonNode before = json(api.get("/api/flow-executions/" + execution + "/generations"), 200);
        organizations.execute("select purge_superseded(interval '0', 1000000)", Tuple.tuple());
        assertThat(organizations.count(
                        "select count(*) from task_execution where flow_execution_id = $1 and generation = 1",
                        Tuple.of(UUID.fromString(execution))))
                .isZero();
        assertThat(json(api.get("/api/flow-executions/" + execution + "/generations"), 200))
                .isEqualTo(before);
        assertThat(api.taskLines(execution)).hasSize(4);
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution)).contains("a#2 completed consistent");
    }

    @Test
    void executionsFollowAFlowThatSaysSo() {
        ObjectNode body =
                (ObjectNode) FlowBuilder.json("{'display_name': 'x', 'settings': {'reexecute_on_update': true}}");
        body.set("definition", chain(2, "old").json());
        String following = json(api.post("/api/flows", body), 201).path("id").textValue();
        String one = api.start(following, "{'n': 1}");
        String two = api.start(following, "{'n': 2}");
        api.awaitStatus(one, "completed");
        api.awaitStatus(two, "completed");
        api.putDefinition(following, chain(5, "old"));
        Awaitility.await()
                .until(() -> api.execution(two).path("flow_version").intValue() == 2
                        && api.execution(one).path("flow_version").intValue() == 2);
        api.awaitStatus(one, "completed");
        api.awaitStatus(two, "completed");
        assertThat(api.output(one, "b").intValue()).isEqualTo(5);
        assertThat(api.output(two, "b").intValue()).isEqualTo(10);
        assertThat(api.task(one, "old").path("task_execution_idx").intValue()).isZero();
        assertThat(organizations.count(
                        "select count(*) from generation where flow_execution_id = $1 and idempotency_key = 'update:2'",
                        Tuple.of(UUID.fromString(one))))
                .isEqualTo(1);
    }

    @Test
    void otherOrganizationsSeeNothing() {
        ApiClient stranger = organizations.create();
        String path = "/api/flow-executions/" + execution;
        assertThat(stranger.get(path + "/plan").statusCode()).isEqualTo(404);
        assertThat(stranger.get(path + "/generations").statusCode()).isEqualTo(404);
    }
}
