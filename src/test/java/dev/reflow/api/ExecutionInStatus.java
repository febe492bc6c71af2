package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.execution.ExecutionAction;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Organizations;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.core.ConditionFactory;

/**
 * An execution in one of the statuses, brought there as users bring theirs: tasks {@code in}, {@code a} and {@code b},
 * each made from the one before, then {@code wait} for a webhook, and {@code hold}, which does not end by itself.
 */
final class ExecutionInStatus {
    private final ApiClient api;
    private final Organizations organizations;
    private final HoldingServer server;
    private String execution = "";
    /** As it was shown last. */
    private JsonNode a = FlowBuilder.json("{}");

    ExecutionInStatus(ApiClient api, Organizations organizations, HoldingServer server) {
        this.api = api;
        this.organizations = organizations;
        this.server = server;
    }

    UUID id() {
        return UUID.fromString(execution);
    }

    /** All but {@code cancel_requested}, which is over as soon as the engine acts. */
    void bringTo(ExecutionStatus status) {
        switch (status) {
            case QUEUED -> queue();
            case RUNNING -> run();
            case AWAITING_INPUT -> start("wait", "hold");
            case COMPLETED -> complete();
            case FAILED -> {
                start("wait");
                json(report("wait", "{'processing_status': 'failed', 'error': 'broken'}"), 201);
            }
            case STALE -> {
                complete();
                edit("a", "7");
            }
            case EDITED -> {
                complete();
                edit("wait", "{}"); // nothing is made from it
            }
            case CANCELLED -> {
                start("wait");
                perform(ExecutionAction.CANCEL);
            }
            case DELETED -> {
                complete();
                a = api.task(execution, "a");
                perform(ExecutionAction.DELETE);
                return;
            }
            case CANCEL_REQUESTED -> throw new IllegalArgumentException("not for long");
        }
        api.awaitStatus(execution, status.code());
        a = api.task(execution, "a");
    }

    /** Another one has taken the organization's only place. A worker was early, so that there is something to edit. */
    private void queue() {
        organizations.execute(
                "update organization set max_concurrent_executions = 1 where id = $1", Tuple.of(api.organization()));
        String flow = api.createFlow(flow("wait"));
        api.start(flow, "{'n': 1}");
        execution = api.start(flow, "{'n': 1}");
        json(report("in", "{'processing_status': 'completed', 'output': {'n': 1}}"), 201);
        json(report("a", "{'processing_status': 'completed', 'output': 2}"), 201);
    }

    private void run() {
        execution = api.start(api.createFlow(flow("hold", "wait")), "{'n': 1}");
        awaitLine("hold#0 running consistent");
    }

    /** Until it waits and nobody works on it. */
    private void start(String... last) {
        execution = api.start(api.createFlow(flow(last)), "{'n': 1}");
        soon().until(() -> organizations.count(
                        "select count(*) from flow_execution where id = $1 and status = 'awaiting_input'"
                                + " and owner is null",
                        Tuple.of(id()))
                == 1);
    }

    private void complete() {
        start("wait");
        json(send("{'n': 1}"), 200);
        api.awaitStatus(execution, "completed");
    }

    private static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(20));
    }

    private void awaitLine(String line) {
        soon().until(() -> api.taskLines(execution).contains(line));
    }

    private FlowBuilder flow(String... last) {
        FlowBuilder flow = FlowBuilder.flow()
                .task("in", "webhook_receive", "{}")
                .task("a", "format_data", "{'expression': 'n + 1', 'data': '{{in.output}}'}")
                .task("b", "format_data", "{'expression': 'a * 10', 'data': {'a': '{{a.output}}'}}");
        String before = "b";
        for (String name : last) {
            String dependency = before;
            boolean waits = name.equals("wait");
            flow.task(
                    name,
                    waits ? "wait_for_webhook" : "http_request",
                    waits ? "{}" : "{'url': '" + server.url() + "'}",
                    task -> task.putArray("depends_on").add(dependency));
            before = name;
        }
        return flow;
    }

    Response perform(ExecutionAction action) {
        String path = "/api/flow-executions/" + execution;
        return switch (action) {
            case EXECUTE -> api.execute(execution, false);
            case EXECUTE_STALE -> api.execute(execution, true);
            case CANCEL -> api.request().post(path + "/cancel");
            case DELETE -> api.request().delete(path);
            case EDIT -> api.put("/api/task-executions", changed(a, "{'output': 99}"));
            case MARK -> api.put("/api/task-executions", changed(a, "{'stale_status': 'stale'}"));
            case REPORT -> report("wait", "{'processing_status': 'completed', 'output': {}}");
            case SIGNAL -> send("{'new': true}");
            case TASK_STATUS ->
                api.post(
                        path + "/task-status",
                        FlowBuilder.json("{'statuses': [{'task_name': 'wait', 'status': 'awaiting_input'}]}"));
        };
    }

    private void edit(String task, String output) {
        json(api.put("/api/task-executions", changed(api.task(execution, task), "{'output': " + output + "}")), 200);
    }

    private static JsonNode changed(JsonNode task, String members) {
        return ((ObjectNode) task.deepCopy()).setAll((ObjectNode) FlowBuilder.json(members));
    }

    private Response report(String task, String members) {
        ObjectNode body = (ObjectNode) FlowBuilder.json("{'task_execution_idx': 0}");
        body.put("flow_execution_id", execution).put("task_name", task);
        return api.post("/api/task-executions", changed(body, members));
    }

    private Response send(String data) {
        return api.post(
                "/api/flow-executions/" + execution + "/webhook-data",
                FlowBuilder.json("{'task_name': 'wait', 'data': " + data + "}"));
    }

    String status() {
        return organizations.textOf("select status from flow_execution where id = $1", Tuple.of(id()));
    }

    String rows() {
        return rows(organizations, id());
    }

    /** Every row of an execution. */
    static String rows(Organizations organizations, UUID execution) {
        return organizations.textOf(
                "select concat_ws(' ', to_json(e), (select json_agg(t order by id) from task_execution t"
                        + " where t.flow_execution_id = e.id), (select json_agg(g order by generation) from generation g"
                        + " where g.flow_execution_id = e.id), (select json_agg(w order by id) from webhook_data w"
                        + " where w.flow_execution_id = e.id), (select json_agg(s order by number) from task_status s"
                        + " where s.flow_execution_id = e.id)) from flow_execution e where e.id = $1",
                Tuple.of(execution));
    }
}
