package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class TaskExecutionsResourceTest {
    private static final FlowBuilder CHAIN = flow().task("in", "webhook_receive", "{}")
            .task("a", "format_data", "{'expression': 'n + 1', 'data': '{{in.output}}'}")
            .task("b", "format_data", "{'expression': 'a * 10', 'data': {'a': '{{a.output}}'}}")
            .task("c", "format_data", "{'expression': 'b + 1', 'data': {'b': '{{b.output}}'}}")
            .task("side", "format_data", "{'expression': 'n', 'data': '{{in.output}}'}");

    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    private ApiClient api;
    private String execution;

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    @BeforeEach
    void finishedExecution() {
        api = organizations.create();
        execution = api.start(api.createFlow(CHAIN), "{'n': 1}");
        api.awaitStatus(execution, "completed");
    }

    private ObjectNode edited(String task, int output) {
        ObjectNode body = (ObjectNode) api.task(execution, task);
        body.set("output", IntNode.valueOf(output));
        return body;
    }

    @Test
    void newestAttemptsComeFirst() {
        String second = api.start(api.createFlow(CHAIN), "{'n': 1}");
        api.awaitStatus(second, "completed");
        JsonNode list = json(api.get("/api/task-executions"), 200).path("task_executions");
        List<String> executions = list.findValuesAsText("flow_execution_id");
        assertThat(executions).hasSize(10);
        assertThat(executions.subList(0, 5)).containsOnly(second);
        assertThat(executions.subList(5, 10)).containsOnly(execution);
        assertThat(list.findValuesAsText("created_at"))
                .isSortedAccordingTo(Comparator.<String>naturalOrder().reversed());
    }

    @Test
    void editIsTheResultAndWhatIsBelowIsStale() {
        JsonNode answer = json(api.put("/api/task-executions", edited("a", 5)), 200);
        assertThat(answer.path("output").intValue()).isEqualTo(5);
        assertThat(answer.path("edited_status").textValue()).isEqualTo("edited_not_reexecuted");
        assertThat(answer.path("modified_by").textValue()).isEqualTo("admin");
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("stale");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "a#0 completed consistent",
                        "b#0 completed stale",
                        "c#0 completed stale",
                        "in#0 completed consistent",
                        "side#0 completed consistent");

        assertThat(api.execute(execution, true).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "c").intValue()).isEqualTo(51);
        assertThat(api.task(execution, "a").path("edited_status").textValue()).isEqualTo("edited_reexecuted");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "a#0 completed consistent",
                        "b#0 completed consistent",
                        "b#1 completed consistent",
                        "c#0 completed consistent",
                        "c#1 completed consistent",
                        "in#0 completed consistent",
                        "side#0 completed consistent");
    }

    @Test
    void editCannotMakeAResultThatATaskMayNotHave() {
        ObjectNode body = edited("a", 5);
        body.put("output", "x".repeat(4 << 20));
        assertThat(json(api.put("/api/task-executions", body), 413)
                        .path("error")
                        .path("code")
                        .textValue())
                .isEqualTo("payload_too_large");
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("completed");
    }

    @Test
    void editOfALeafMakesTheExecutionEdited() {
        json(api.put("/api/task-executions", edited("c", 5)), 200);
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("edited");
    }

    @Test
    void editWithExecuteFlowRunsWhatIsBelowAtOnce() {
        json(api.put("/api/task-executions?execute_flow=true", edited("b", 7)), 200);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "c").intValue()).isEqualTo(8);
        assertThat(api.task(execution, "b").path("task_execution_idx").intValue())
                .isZero();
    }

    @Test
    void fullReExecutionDiscardsAnEdit() {
        json(api.put("/api/task-executions", edited("a", 5)), 200);
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "c").intValue()).isEqualTo(21);
        assertThat(api.task(execution, "a").path("edited_status").textValue()).isEqualTo("not_edited");
    }

    @Test
    void editThatNoGenerationHasUsedIsNotCalledReExecuted() {
        String flow = api.createFlow(CHAIN);
        execution = api.start(flow, "{'n': 1}");
        api.awaitStatus(execution, "completed");
        for (String task : List.of("a", "b", "side")) {
            json(api.put("/api/task-executions", edited(task, 5)), 200);
        }
        // a is marked and runs again, side is not part of the version any more
        json(
                api.put("/api/task-executions", ((ObjectNode) api.task(execution, "a")).put("stale_status", "stale")),
                200);
        api.putDefinition(
                flow,
                flow().task("in", "webhook_receive", "{}")
                        .task("a", "format_data", "{'expression': 'n + 1', 'data': '{{in.output}}'}")
                        .task("b", "format_data", "{'expression': 'a * 10', 'data': {'a': '{{a.output}}'}}"));
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(edits(1))
                .containsExactly("a edited_not_reexecuted", "b edited_reexecuted", "side edited_not_reexecuted");

        json(api.put("/api/task-executions", edited("b", 6)), 200);
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        assertThat(edits(1))
                .containsExactly("a edited_not_reexecuted", "b edited_not_reexecuted", "side edited_not_reexecuted");
    }

    /** What a generation's attempts say of their edits. */
    private List<String> edits(int generation) {
        JsonNode list =
                json(api.get("/api/task-executions?flow_execution_id=" + execution + "&generation=" + generation), 200);
        return StreamSupport.stream(list.path("task_executions").spliterator(), false)
                .filter(task -> !task.path("edited_status").textValue().equals("not_edited"))
                .map(task -> task.path("task_name").textValue() + " "
                        + task.path("edited_status").textValue())
                .sorted()
                .toList();
    }

    @Test
    void markedTaskRunsAgainAndEqualResultsStopTheWave() {
        ObjectNode body = (ObjectNode) api.task(execution, "a");
        body.put("stale_status", "stale");
        JsonNode answer = json(api.put("/api/task-executions", body), 200);
        assertThat(answer.path("stale_status").textValue()).isEqualTo("stale");
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("stale");
        api.execute(execution, true);
        api.awaitStatus(execution, "completed");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "a#0 completed consistent",
                        "a#1 completed consistent",
                        "b#0 completed consistent",
                        "c#0 completed consistent",
                        "in#0 completed consistent",
                        "side#0 completed consistent");
    }

    @Test
    void attemptWithoutAnOutputKeepsItsResult() {
        ObjectNode body = (ObjectNode) api.task(execution, "a");
        body.remove("output");
        JsonNode marked = json(api.put("/api/task-executions", body.put("stale_status", "stale")), 200);
        assertThat(marked.path("stale_status").textValue()).isEqualTo("stale");
        assertThat(marked.path("output").intValue()).isEqualTo(2);
        assertThat(marked.path("edited_status").textValue()).isEqualTo("not_edited");

        ObjectNode emptied = (ObjectNode) api.task(execution, "a");
        JsonNode edited = json(api.put("/api/task-executions", emptied.putNull("output")), 200);
        assertThat(edited.path("output").isNull()).isTrue();
        assertThat(edited.path("edited_status").textValue()).isEqualTo("edited_not_reexecuted");
    }

    @Test
    void markIsTakenBackByTheStatusBefore() {
        ObjectNode body = (ObjectNode) api.task(execution, "a");
        api.put("/api/task-executions", body.put("stale_status", "stale"));
        ObjectNode marked = (ObjectNode) api.task(execution, "a");
        json(api.put("/api/task-executions", marked.put("stale_status", "consistent")), 200);
        assertThat(api.taskLines(execution)).noneMatch(line -> line.endsWith(" stale"));
        assertThat(api.execution(execution).path("status").textValue()).isEqualTo("completed");
    }

    @Test
    void sendingATaskBackAsItWasShownChangesNothing() {
        json(api.put("/api/task-executions", edited("a", 5)), 200);
        for (String task : List.of("a", "b", "side")) {
            JsonNode shown = api.task(execution, task);
            JsonNode answer = json(api.put("/api/task-executions", shown), 200);
            assertThat(answer.path("updated_at")).isEqualTo(shown.path("updated_at"));
            assertThat(answer.path("stale_status")).isEqualTo(shown.path("stale_status"));
        }
    }

    @Test
    void slowerOfTwoEditorsIsTold() {
        ObjectNode seen = edited("a", 5);
        json(api.put("/api/task-executions", edited("a", 6)), 200);
        assertThat(json(api.put("/api/task-executions", seen), 409)
                        .path("error")
                        .path("code")
                        .textValue())
                .isEqualTo("conflict");
        seen.remove("updated_at");
        assertThat(json(api.put("/api/task-executions", seen), 200)
                        .path("output")
                        .intValue())
                .isEqualTo(5);
    }

    @Test
    void attemptThatCountsNoMoreCannotBeEdited() {
        ObjectNode old = edited("a", 5);
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        assertThat(api.put("/api/task-executions", old).statusCode()).isEqualTo(409);
    }

    @Test
    void taskThatTheRunningGenerationHasYetToSettleCannotBeEdited() {
        FlowBuilder slow = flow().task("in", "webhook_receive", "{}")
                .task("wait", "delay", "{'seconds': 3600, 'n': '{{in.n}}'}")
                .task("leaf", "format_data", "{'expression': 'n', 'data': '{{in.output}}'}");
        String running = api.start(api.createFlow(slow), "{'n': 1}");
        Awaitility.await()
                .until(() -> api.taskLines(running).stream().anyMatch(line -> line.startsWith("wait#0 running"))
                        && api.taskLines(running).stream().anyMatch(line -> line.startsWith("leaf#0 completed")));
        ObjectNode wait = (ObjectNode) api.task(running, "wait");
        wait.set("output", FlowBuilder.json("{'seconds': 0, 'n': 9}"));
        assertThat(json(api.put("/api/task-executions", wait), 409)
                        .path("error")
                        .path("details")
                        .toString())
                .isEqualTo("[{\"task_name\":\"wait\"}]");
        ObjectNode leaf = (ObjectNode) api.task(running, "leaf");
        leaf.put("output", "by hand");
        json(api.put("/api/task-executions", leaf), 200);
        assertThat(api.execution(running).path("status").textValue()).isEqualTo("running");
        json(api.put("/api/task-executions?execute_flow=true", wait), 200);
        api.awaitStatus(running, "completed");
        assertThat(api.output(running, "wait").path("n").intValue()).isEqualTo(9);
        assertThat(api.output(running, "leaf").textValue()).isEqualTo("by hand");
    }

    @Test
    void unknownTaskExecutionIsNotFound() {
        ObjectNode body = edited("a", 5);
        body.put("id", UUID.randomUUID().toString());
        assertThat(api.put("/api/task-executions", body).statusCode()).isEqualTo(404);
        ObjectNode otherExecution = edited("a", 5);
        otherExecution.put("flow_execution_id", UUID.randomUUID().toString());
        assertThat(api.put("/api/task-executions", otherExecution).statusCode()).isEqualTo(404);
    }

    @Test
    void listIsFiltered() {
        String path = "/api/task-executions?flow_execution_id=" + execution;
        assertThat(json(api.get(path + "&task_name=a"), 200)
                        .path("task_executions")
                        .findValuesAsText("task_name"))
                .containsExactly("a");
        assertThat(json(api.get(path + "&task_name=a&task_execution_idx=1"), 200)
                        .path("task_executions"))
                .isEmpty();
        assertThat(json(api.get("/api/task-executions"), 200).path("task_executions"))
                .hasSize(5);
        assertThat(json(api.get(path + "&task_name=" + "x".repeat(201) + "&task_execution_idx=-1"), 422)
                        .path("detail")
                        .findValuesAsText("type"))
                .containsExactly("string_too_long", "greater_than_equal");
    }

    @Test
    void editDuringAGenerationIsKeptAndNotUsedByIt() {
        try (HoldingServer server = new HoldingServer()) {
            FlowBuilder slow = flow().task("in", "webhook_receive", "{}")
                    .task("first", "format_data", "{'expression': 'n', 'data': '{{in.output}}'}")
                    .task("call", "http_request", "{'url': '" + server.url() + "', 'n': '{{first.output}}'}")
                    .task(
                            "last",
                            "format_data",
                            "{'expression': 'n', 'data': {'n': '{{first.output}}', 'status': '{{call.status}}'}}");
            String running = api.start(api.createFlow(slow), "{'n': 1}");
            Awaitility.await().until(() -> !server.idempotencyKeys().isEmpty());
            ObjectNode first = (ObjectNode) api.task(running, "first");
            first.put("output", 7);
            json(api.put("/api/task-executions", first), 200);
            ObjectNode again = (ObjectNode) api.task(running, "first");
            again.put("output", 8);
            json(api.put("/api/task-executions", again), 200);
            server.release();
            api.awaitStatus(running, "stale");
            assertThat(api.output(running, "last").intValue()).isEqualTo(1);
            assertThat(api.output(running, "first").intValue()).isEqualTo(8);
            assertThat(api.task(running, "first").path("edited_status").textValue())
                    .isEqualTo("edited_not_reexecuted");
            assertThat(api.taskLines(running))
                    .containsExactly(
                            "call#0 completed stale",
                            "first#0 completed consistent",
                            "in#0 completed consistent",
                            "last#0 completed stale");
            api.execute(running, true);
            api.awaitStatus(running, "completed");
            assertThat(api.output(running, "last").intValue()).isEqualTo(8);
            assertThat(api.task(running, "first").path("edited_status").textValue())
                    .isEqualTo("edited_reexecuted");
        }
    }

    @Test
    void attemptsOfAnOlderGenerationCanBeRead() {
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        String path = "/api/task-executions?flow_execution_id=" + execution;
        assertThat(json(api.get(path), 200).findValuesAsText("task_execution_idx"))
                .containsOnly("1");
        assertThat(json(api.get(path + "&generation=1"), 200).findValuesAsText("task_execution_idx"))
                .hasSize(5)
                .containsOnly("0");
        assertThat(json(api.get(path + "&generation=0"), 422).path("detail")).hasSize(1);
    }

    @Test
    void markDuringAGenerationShowsAtItsEnd() {
        try (HoldingServer server = new HoldingServer()) {
            String running = api.start(
                    api.createFlow(flow().task("in", "webhook_receive", "{}")
                            .task("call", "http_request", "{'url': '" + server.url() + "'}")),
                    "{}");
            Awaitility.await().until(() -> !server.idempotencyKeys().isEmpty());
            ObjectNode in = (ObjectNode) api.task(running, "in");
            json(api.put("/api/task-executions", in.put("stale_status", "stale")), 200);
            server.release();
            api.awaitStatus(running, "stale");
        }
    }
}
