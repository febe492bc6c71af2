package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class FlowExecutionsResourceTest {
    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    private ApiClient api;

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
    }

    /** in -> net -> tax -> sum, and a task that hangs on the input alone. */
    private static FlowBuilder invoice(String rate) {
        return flow().task("in", "webhook_receive", "{'fields': [{'name': 'items', 'type': 'array'}]}")
                .task("net", "format_data", "{'expression': '$sum(items.(quantity * price))', 'data': '{{in.output}}'}")
                .task(
                        "tax",
                        "format_data",
                        "{'expression': 'net * rate', 'data': {'net': '{{net.output}}', 'rate': " + rate + "}}")
                .task(
                        "sum",
                        "format_data",
                        "{'expression': 'net + tax', 'data': {'net': '{{net.output}}', 'tax': '{{tax.output}}'}}")
                .task("count", "format_data", "{'expression': '$count(items)', 'data': '{{in.output}}'}");
    }

    private static final String ITEMS = "{'items': [{'quantity': 2, 'price': 50}, {'quantity': 1, 'price': 100}]}";

    private static FlowBuilder waiting(double seconds) {
        return flow().task("in", "webhook_receive", "{}")
                .task("before", "format_data", "{'expression': 'n', 'data': '{{in.output}}'}")
                .task("wait", "delay", "{'seconds': " + seconds + ", 'n': '{{before.output}}'}")
                .task("after", "format_data", "{'expression': 'n + 1', 'data': '{{wait.output}}'}");
    }

    @Test
    void executionRunsToItsEnd() {
        String flow = api.createFlow(invoice("0.5"));
        String execution = api.start(flow, ITEMS);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "sum").intValue()).isEqualTo(300);
        JsonNode read = json(api.get("/api/flow-executions/" + execution + "?include_run_number=true"), 200);
        assertThat(read.path("run_number").intValue()).isEqualTo(1);
        assertThat(read.path("flow_version").intValue()).isEqualTo(1);
        assertThat(read.path("modified_by").textValue()).isEqualTo("system");
        assertThat(read.path("input")).isEqualTo(FlowBuilder.json(ITEMS));
    }

    @Test
    void staleOnlyRunsWhatTheNewVersionChangesAndReusesTheRest() {
        String flow = api.createFlow(invoice("0.5"));
        String execution = api.start(flow, ITEMS);
        api.awaitStatus(execution, "completed");
        api.putDefinition(flow, invoice("0.1"));
        Response answer = api.execute(execution, true);
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.asString()).isEmpty();
        assertThat(answer.header("X-Flow-Execution-Generation")).isEqualTo("2");
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "sum").intValue()).isEqualTo(220);
        assertThat(api.execution(execution).path("flow_version").intValue()).isEqualTo(2);
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "count#0 completed consistent",
                        "in#0 completed consistent",
                        "net#0 completed consistent",
                        "sum#0 completed consistent",
                        "sum#1 completed consistent",
                        "tax#0 completed consistent",
                        "tax#1 completed consistent");
    }

    @Test
    void fullRunsEverythingAgainAndDiscardsWhatWas() {
        String flow = api.createFlow(invoice("0.5"));
        String execution = api.start(flow, ITEMS);
        api.awaitStatus(execution, "completed");
        assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "count#1 completed consistent",
                        "in#1 completed consistent",
                        "net#1 completed consistent",
                        "sum#1 completed consistent",
                        "tax#1 completed consistent");
    }

    @Test
    void staleOnlyWithNothingStaleRunsNothing() {
        String execution = api.start(api.createFlow(invoice("0.5")), ITEMS);
        api.awaitStatus(execution, "completed");
        List<String> before = api.taskLines(execution);
        assertThat(api.execute(execution, true).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution)).isEqualTo(before);
        assertThat(tasksRun(execution, 2)).isZero();
    }

    private long tasksRun(String execution, int generation) {
        return organizations.count(
                "select count(*) from task_execution where flow_execution_id = $1 and generation = $2",
                Tuple.of(UUID.fromString(execution), generation));
    }

    @Test
    void unchangedIntermediateResultStopsTheWave() {
        String flow = api.createFlow(flow().task("in", "webhook_receive", "{}")
                .task("sign", "format_data", "{'expression': 'n > 0', 'data': '{{in.output}}'}")
                .task(
                        "text",
                        "format_data",
                        "{'expression': '$string(positive)', 'data': {'positive': '{{sign.output}}'}}"));
        String execution = api.start(flow, "{'n': 5}");
        api.awaitStatus(execution, "completed");
        api.putDefinition(
                flow,
                flow().task("in", "webhook_receive", "{}")
                        .task("sign", "format_data", "{'expression': '0 < n', 'data': '{{in.output}}'}")
                        .task(
                                "text",
                                "format_data",
                                "{'expression': '$string(positive)', 'data': {'positive': '{{sign.output}}'}}"));
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "in#0 completed consistent",
                        "sign#0 completed consistent",
                        "sign#1 completed consistent",
                        "text#0 completed consistent");
        assertThat(api.execute(execution, true).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "completed");
        assertThat(tasksRun(execution, 3)).isZero();
    }

    @Test
    void failedTaskIsRunAgainOnceItsDefinitionIsRight() {
        String flow = api.createFlow(flow().task("in", "webhook_receive", "{}")
                .task("ok", "format_data", "{'expression': 'n', 'data': '{{in.output}}'}")
                .task("bad", "format_data", "{'expression': 'x', 'data': '{{in.missing}}'}")
                .task("below", "format_data", "{'expression': '1', 'data': '{{bad.output}}'}"));
        String execution = api.start(flow, "{'n': 1}");
        api.awaitStatus(execution, "failed");
        assertThat(api.task(execution, "bad").path("error").path("message").textValue())
                .contains("{{in.missing}}");
        assertThat(api.taskLines(execution))
                .containsExactly("bad#0 failed consistent", "in#0 completed consistent", "ok#0 completed consistent");
        api.putDefinition(
                flow,
                flow().task("in", "webhook_receive", "{}")
                        .task("ok", "format_data", "{'expression': 'n', 'data': '{{in.output}}'}")
                        .task("bad", "format_data", "{'expression': 'x', 'data': '{{in.n}}'}")
                        .task("below", "format_data", "{'expression': '1', 'data': '{{bad.output}}'}"));
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "bad#0 failed consistent",
                        "bad#1 completed consistent",
                        "below#0 completed consistent",
                        "in#0 completed consistent",
                        "ok#0 completed consistent");
    }

    @Test
    void runningExecutionIsSupersededAtOnce() {
        String flow = api.createFlow(waiting(3600));
        String execution = api.start(flow, "{'n': 1}");
        awaitTask(execution, "wait", "running");
        api.putDefinition(flow, waiting(0));
        assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(2);
        JsonNode old = json(
                api.get("/api/task-executions/"
                        + organizations.idOf(
                                "select id from task_execution where flow_execution_id = $1 and task_name = 'wait'"
                                        + " and generation = 1",
                                Tuple.of(UUID.fromString(execution)))),
                200);
        assertThat(old.path("processing_status").textValue()).isEqualTo("cancelled");
        assertThat(old.path("error").path("message").textValue()).isEqualTo("superseded");
    }

    private void awaitTask(String execution, String task, String status) {
        Awaitility.await()
                .until(() -> api.taskLines(execution).stream()
                        .anyMatch(line -> line.startsWith(task + "#") && line.contains(" " + status + " ")));
    }

    @Test
    void manyRestartsAtOnceSerializeIntoGenerations() {
        String execution = api.start(api.createFlow(invoice("0.5")), ITEMS);
        List<CompletableFuture<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            boolean onlyStale = i % 2 == 0;
            calls.add(CompletableFuture.supplyAsync(() -> api.execute(execution, onlyStale)));
        }
        assertThat(calls.stream()
                        .map(CompletableFuture::join)
                        .map(answer -> answer.statusCode() + " " + answer.header("X-Flow-Execution-Generation")))
                .doesNotHaveDuplicates()
                .allMatch(answer -> answer.startsWith("204 "))
                .hasSize(50);
        api.awaitStatus(execution, "completed");
        assertThat(organizations.count(
                        "select count(*) filter (where end_reason is null) + 100 * count(*) from generation"
                                + " where flow_execution_id = $1 and generation = 51",
                        Tuple.of(UUID.fromString(execution))))
                .isEqualTo(100);
        assertThat(api.output(execution, "sum").intValue()).isEqualTo(300);
    }

    @Test
    void repeatedKeyStartsNothingAgain() {
        String execution = api.start(api.createFlow(invoice("0.5")), ITEMS);
        String path = "/api/flow-executions/" + execution + "/execute";
        Response first = api.request().header("Idempotency-Key", "k-1").post(path);
        Response again = api.request().header("Idempotency-Key", "k-1").post(path);
        assertThat(first.header("Idempotent-Replayed")).isNull();
        assertThat(again.statusCode()).isEqualTo(204);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.header("X-Flow-Execution-Generation")).isEqualTo("2");
        JsonNode otherMode = json(api.request().header("Idempotency-Key", "k-1").post(path + "?only_stale=true"), 422);
        assertThat(otherMode.path("detail").get(0).path("loc").toString())
                .isEqualTo("[\"header\",\"Idempotency-Key\"]");
        assertThat(api.request()
                        .header("Idempotency-Key", "no spaces")
                        .post(path)
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void uninterruptibleTaskRefusesTheRestartWhileItRuns() {
        try (HoldingServer server = new HoldingServer()) {
            String flow = api.createFlow(flow().task("in", "webhook_receive", "{}")
                    .task(
                            "hold",
                            "http_request",
                            "{'url': '" + server.url() + "'}",
                            task -> task.put("interruptible", false)));
            String execution = api.start(flow, "{}");
            Awaitility.await().until(() -> !server.idempotencyKeys().isEmpty());
            JsonNode error = json(api.execute(execution, false), 409).path("error");
            assertThat(error.path("code").textValue()).isEqualTo("conflict");
            assertThat(error.path("details").toString()).isEqualTo("[{\"task_name\":\"hold\"}]");
            assertThat(api.execution(execution).path("status").textValue()).isEqualTo("running");
            assertThat(api.taskLines(execution)).contains("hold#0 running consistent");
            server.release();
            api.awaitStatus(execution, "completed");
            assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
            api.awaitStatus(execution, "completed");
            assertThat(server.idempotencyKeys()).hasSize(2).doesNotHaveDuplicates();
        }
    }

    @Test
    void cancelStopsEvenWhatARestartMustNotInterrupt() {
        try (HoldingServer server = new HoldingServer()) {
            String execution = api.start(
                    api.createFlow(flow().task("in", "webhook_receive", "{}")
                            .task(
                                    "hold",
                                    "http_request",
                                    "{'url': '" + server.url() + "'}",
                                    task -> task.put("interruptible", false))),
                    "{}");
            Awaitility.await().until(() -> !server.idempotencyKeys().isEmpty());
            api.request().post("/api/flow-executions/" + execution + "/cancel");
            api.awaitStatus(execution, "cancelled");
            assertThat(api.taskLines(execution)).contains("hold#0 cancelled consistent");
        }
    }

    @Test
    void restartStopsTheCallThatIsUnderWayAndItsAnswerCountsNoMore() {
        try (HoldingServer server = new HoldingServer()) {
            String flow = api.createFlow(flow().task("in", "webhook_receive", "{}")
                    .task("call", "http_request", "{'url': '" + server.url() + "'}"));
            String execution = api.start(flow, "{}");
            awaitTask(execution, "call", "running");
            assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
            Awaitility.await().until(() -> server.idempotencyKeys().size() == 2);
            server.release();
            api.awaitStatus(execution, "completed");
            assertThat(api.taskLines(execution))
                    .containsExactly("call#1 completed consistent", "in#1 completed consistent");
        }
    }

    @Test
    void cancelEndsWhatRuns() {
        String execution = api.start(api.createFlow(waiting(3600)), "{'n': 1}");
        awaitTask(execution, "wait", "running");
        String path = "/api/flow-executions/" + execution + "/cancel";
        assertThat(api.request().post(path).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "cancelled");
        assertThat(api.task(execution, "wait").path("processing_status").textValue())
                .isEqualTo("cancelled");
        assertThat(api.request().post(path).statusCode()).isEqualTo(204);
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("cancelled");
        assertThat(api.execute(execution, true).statusCode()).isEqualTo(204);
        awaitTask(execution, "wait", "running");
        assertThat(api.task(execution, "wait").path("task_execution_idx").intValue())
                .isEqualTo(1);
        api.request().post(path);
        api.awaitStatus(execution, "cancelled");
    }

    @Test
    void delayIsOverInTime() {
        String execution = api.start(api.createFlow(waiting(0.3)), "{'n': 1}");
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "wait").toString()).isEqualTo("{\"seconds\":0.3,\"n\":1}");
        assertThat(api.output(execution, "after").intValue()).isEqualTo(2);
    }

    @Test
    void deletedExecutionIsGoneForEveryReader() {
        String flow = api.createFlow(invoice("0.5"));
        String execution = api.start(flow, ITEMS);
        api.awaitStatus(execution, "completed");
        String path = "/api/flow-executions/" + execution;
        assertThat(api.request().delete(path).statusCode()).isEqualTo(204);
        assertThat(api.request().delete(path).statusCode()).isEqualTo(204);
        assertThat(api.get(path).statusCode()).isEqualTo(404);
        assertThat(api.execute(execution, false).statusCode()).isEqualTo(404);
        assertThat(api.request().post(path + "/cancel").statusCode()).isEqualTo(404);
        assertThat(api.tasks(execution)).isEmpty();
        assertThat(json(api.get("/api/flow-executions?flow_id=" + flow), 200)).isEmpty();
        String second = api.start(flow, ITEMS);
        assertThat(json(api.get("/api/flow-executions/" + second + "?include_run_number=on"), 200)
                        .path("run_number")
                        .intValue())
                .isEqualTo(2);
    }

    @Test
    void listFiltersSortsAndPages() {
        String flow = api.createFlow(invoice("0.5"));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(0, api.start(flow, ITEMS));
        }
        ids.forEach(id -> api.awaitStatus(id, "completed"));
        String path = "/api/flow-executions?flow_id=" + flow;
        Response all = api.get(path);
        assertThat(all.header("X-Total-Count")).isEqualTo("5");
        assertThat(json(all).findValuesAsText("id")).isEqualTo(ids);
        assertThat(ids(path + "&page=2&page_size=2")).isEqualTo(ids.subList(2, 4));
        assertThat(ids(path + "&page_size=2&start_from_execution_id=" + ids.get(1)))
                .isEqualTo(ids.subList(2, 4));
        assertThat(ids(path + "&sort_direction=asc&page_size=1")).containsExactly(ids.get(4));
        assertThat(ids(path + "&status=running&status=completed")).hasSize(5);
        assertThat(ids(path + "&status_exclude=completed")).isEmpty();
        assertThat(ids(path + "&status=nonsense")).isEmpty();
        assertThat(ids(path + "&tags=none")).isEmpty();
        assertThat(ids(path + "&created_after=2100-01-01T00:00:00Z")).isEmpty();
        assertThat(ids(path + "&created_before=2100-01-01T00:00:00Z")).hasSize(5);
        assertThat(json(api.get("/api/flow-executions?flow_id=" + UUID.randomUUID()), 404)
                        .path("error")
                        .path("code")
                        .textValue())
                .isEqualTo("not_found");
        assertThat(json(api.get("/api/flow-executions"), 422)
                        .path("detail")
                        .get(0)
                        .path("type")
                        .textValue())
                .isEqualTo("missing");
    }

    private List<String> ids(String path) {
        return json(api.get(path), 200).findValuesAsText("id");
    }

    @Test
    void inputHasToFitTheInputTask() {
        String flow = api.createFlow(invoice("0.5"));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("flow_id", flow);
        body.set("input", FlowBuilder.json("{'items': 'none'}"));
        JsonNode error = json(api.post("/api/flow-executions", body), 400).path("error");
        assertThat(error.path("details").get(0).path("loc").toString()).contains("items");
        body.put("input_task_name", "net");
        assertThat(api.post("/api/flow-executions", body).statusCode()).isEqualTo(400);
        assertThat(json(api.get("/api/flow-executions?flow_id=" + flow), 200)).isEmpty();
        body.put("flow_id", UUID.randomUUID().toString());
        assertThat(api.post("/api/flow-executions", body).statusCode()).isEqualTo(404);
    }

    @Test
    void severalInputTasksNeedAName() {
        String flow = api.createFlow(flow().task("hook", "webhook_receive", "{}")
                .task("file", "receive_file", "{}")
                .task("a", "format_data", "{'expression': '1', 'data': '{{hook.output}}'}")
                .task("b", "format_data", "{'expression': '2', 'data': '{{file.output}}'}"));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("flow_id", flow);
        body.set("input", FlowBuilder.json("{}"));
        assertThat(json(api.post("/api/flow-executions", body), 400)
                        .path("error")
                        .path("message")
                        .textValue())
                .contains("hook", "file");
        body.put("input_task_name", "a");
        assertThat(json(api.post("/api/flow-executions", body), 400)
                        .path("error")
                        .path("message")
                        .textValue())
                .contains("'a'", "hook", "file");
        assertThat(json(api.get("/api/flow-executions?flow_id=" + flow), 200)).isEmpty();
        body.put("input_task_name", "hook");
        JsonNode started = json(api.post("/api/flow-executions", body), 201);
        assertThat(started.path("triggered_task_executor_name").textValue()).isEqualTo("webhook_receive");
        String execution = started.path("id").textValue();
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution)).containsExactly("a#0 completed consistent", "hook#0 completed consistent");
    }

    @Test
    void singleInputTaskIsNotNamed() {
        String execution = api.start(api.createFlow(flow().task("in", "webhook_receive", "{}")), "{}");
        assertThat(api.execution(execution).get("triggered_task_executor_name").isNull())
                .isTrue();
    }

    @Test
    void versionThatIsNotValidAnyMoreCannotBeStarted() {
        String flow = api.createFlow(invoice("0.5"));
        UUID id = UUID.fromString(flow);
        organizations.execute(
                "insert into flow_version (flow_id, version, definition, created_by, modified_by) select flow_id, 2,"
                        + " replace(definition::text, 'format_data', 'gone')::json, 'test', 'test' from flow_version"
                        + " where flow_id = $1",
                Tuple.of(id));
        organizations.execute("update flow set latest_version = 2 where id = $1", Tuple.of(id));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("flow_id", flow);
        body.set("input", FlowBuilder.json("{'items': []}"));
        for (int i = 0; i < 2; i++) {
            JsonNode error = json(api.post("/api/flow-executions", body), 400).path("error");
            assertThat(error.path("code").textValue()).isEqualTo("invalid_dsl_input");
            assertThat(error.path("details").findValuesAsText("type")).containsOnly("unknown_task_executor");
        }
        assertThat(json(api.get("/api/flow-executions?flow_id=" + flow), 200)).isEmpty();
    }

    @Test
    void storedInputThatTheNewVersionCannotTakeFailsTheGeneration() {
        String flow = api.createFlow(flow().task("in", "webhook_receive", "{}"));
        String execution = api.start(flow, "{'n': 1}");
        api.awaitStatus(execution, "completed");
        api.putDefinition(
                flow, flow().task("in", "webhook_receive", "{'fields': [{'name': 'must', 'type': 'string'}]}"));
        assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "failed");
        assertThat(api.task(execution, "in").path("error").path("message").textValue())
                .contains("must");
    }

    @Test
    void otherOrganizationsSeeNothing() {
        String execution = api.start(api.createFlow(invoice("0.5")), ITEMS);
        ApiClient stranger = organizations.create();
        String path = "/api/flow-executions/" + execution;
        assertThat(stranger.get(path).statusCode()).isEqualTo(404);
        assertThat(stranger.request().delete(path).statusCode()).isEqualTo(404);
        assertThat(stranger.request().post(path + "/cancel").statusCode()).isEqualTo(404);
        assertThat(stranger.execute(execution, false).statusCode()).isEqualTo(404);
        assertThat(stranger.tasks(execution)).isEmpty();
        api.awaitStatus(execution, "completed");
        String task = api.task(execution, "sum").path("id").textValue();
        assertThat(stranger.get("/api/task-executions/" + task).statusCode()).isEqualTo(404);
    }

    @Test
    void formOfTheCallIsChecked() {
        assertThat(json(api.request().post("/api/flow-executions/1-1-1-1-1/execute?only_stale=perhaps"), 422)
                        .path("detail")
                        .findValuesAsText("type"))
                .containsExactly("uuid_parsing", "bool_parsing");
        String absent = UUID.randomUUID().toString();
        for (String spelling : List.of("true", "FALSE", "1", "0", "yes", "No", "on", "off", "t", "f", "Y", "n")) {
            assertThat(api.request()
                            .post("/api/flow-executions/" + absent + "/execute?only_stale=" + spelling)
                            .statusCode())
                    .isEqualTo(404);
        }
    }
}
