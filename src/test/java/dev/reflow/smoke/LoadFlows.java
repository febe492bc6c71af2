package dev.reflow.smoke;

import dev.reflow.support.FlowBuilder;
import java.util.List;
import java.util.Map;

/** Small flows, each with another way to be hurt. */
final class LoadFlows {
    /** Executions of it fail, whatever else happens. */
    static final String FAILING = "failing";
    /** Executions of it end when data is sent to them, or when they are cancelled. */
    static final String WAITING = "waiting";
    /** Executions of it fail when their process dies at the wrong moment. */
    static final String ONCE = "once";

    static final List<String> KINDS =
            List.of("short", "slow", "slow", "retried", "firm", "parallel", ONCE, FAILING, WAITING, WAITING);

    private final RemoteService remote;

    LoadFlows(RemoteService remote) {
        this.remote = remote;
    }

    /** @param version that is told by its results */
    FlowBuilder flow(String kind, int version) {
        FlowBuilder flow = FlowBuilder.flow().task("order", "webhook_receive", "{}");
        switch (kind) {
            case "short" -> call(flow, "call", "/quick", Map.of());
            case "slow" -> {
                call(flow, "call", "/slow", Map.of());
                flow.task("pause", "delay", "{'seconds': 0.3, 'order': '{{call.body.amount}}'}");
            }
            case "parallel" -> {
                call(flow, "call", "/slow", Map.of());
                call(flow, "call-2", "/slow", Map.of());
                flow.task("pause", "delay", "{'seconds': 1, 'order': '{{order.output}}'}");
            }
            case "firm" -> call(flow, "call", "/slow", Map.of("interruptible", "false"));
            case ONCE -> call(flow, "call", "/slow", Map.of("on_lost", "'fail'"));
            case FAILING -> call(flow, "call", "/refused", Map.of());
            case WAITING -> {
                call(flow, "call", "/quick", Map.of());
                flow.task(
                        "answer",
                        "wait_for_webhook",
                        "{}",
                        task -> task.putArray("depends_on").add("call"));
            }
            case "retried" ->
                call(
                        flow,
                        "call",
                        "/flaky",
                        Map.of(
                                "retry_policy",
                                "{'maximum_attempts': 50, 'initial_interval_seconds': 0.1,"
                                        + " 'backoff_coefficient': 1}"));
            default -> throw new IllegalArgumentException(kind);
        }
        return flow.task(
                "total",
                "format_data",
                "{'expression': 'amount + " + version + "', 'data': {'amount': '{{call.body.amount}}'}}");
    }

    private void call(FlowBuilder flow, String name, String path, Map<String, String> more) {
        flow.task(
                name,
                "http_request",
                "{'url': '" + remote.url(path) + "', 'method': 'POST', 'body': '{{order.output}}'}",
                task -> more.forEach((field, value) -> task.set(field, FlowBuilder.json(value))));
    }
}
