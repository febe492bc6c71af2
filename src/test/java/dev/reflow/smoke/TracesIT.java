package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.reflow.smoke.TraceCollector.Seen;
import dev.reflow.support.FlowBuilder;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector of OpenTelemetry, and those whom the service calls, get to know of a re-execution. */
class TracesIT {
    private static final String KEY = "saf_traces";
    private static final String CLIENT_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CLIENT_SPAN = "00f067aa0ba902b7";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path temp;

    /** What the remote service was sent as {@code traceparent}; empty where there was none. */
    private final List<Optional<String>> received = new CopyOnWriteArrayList<>();

    private HttpServer remote;
    private TraceCollector collector;

    @BeforeEach
    void listen() throws IOException {
        collector = new TraceCollector();
        remote = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        remote.createContext("/", exchange -> {
            received.add(Optional.ofNullable(exchange.getRequestHeaders().getFirst("traceparent")));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        remote.start();
    }

    @AfterEach
    void stop() {
        remote.stop(0);
        collector.close();
    }

    private ReflowProcess service(Map<String, String> more) throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("REFLOW_BOOTSTRAP_API_KEY", KEY);
        environment.put("REFLOW_TASK_HTTP_ALLOW_PRIVATE_NETWORKS", "true");
        return ReflowProcess.start(temp.toRealPath().resolve("data"), environment);
    }

    private String executed(ReflowClient client) throws Exception {
        String flow = client.createFlow(FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task(
                        "call",
                        "http_request",
                        "{'url':'http://127.0.0.1:" + remote.getAddress().getPort() + "/{{order.id}}'}"));
        String execution = client.execute(flow, FlowBuilder.json("{'id':1}"));
        client.awaitCompletion(execution, PATIENCE);
        return execution;
    }

    @Test
    void reExecutionIsFollowedFromTheClientToWhomItCalls() throws Exception {
        try (ReflowProcess service = service(Map.of(
                "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
                collector.url(),
                "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL",
                "http/protobuf",
                "QUARKUS_OTEL_BSP_SCHEDULE_DELAY",
                "100ms"))) {
            ReflowClient client = service.client(KEY);
            String execution = executed(client);
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(service.url() + "/api/flow-executions/" + execution + "/execute"))
                    .header("X-API-Key", KEY)
                    .header("traceparent", "00-" + CLIENT_TRACE + "-" + CLIENT_SPAN + "-01")
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
            client.awaitCompletion(execution, PATIENCE);

            Seen answered = only("POST /api/flow-executions/{flow_execution_id}/execute");
            assertThat(answered.trace()).isEqualTo(CLIENT_TRACE);
            assertThat(answered.parent()).isEqualTo(CLIENT_SPAN);
            Seen committed = only("re_execute");
            assertThat(committed.trace()).isEqualTo(CLIENT_TRACE);
            assertThat(committed.parent()).isEqualTo(answered.id());

            Seen generation = generation(execution, "2");
            assertThat(generation.parent()).isEmpty();
            assertThat(generation.trace()).isNotEqualTo(CLIENT_TRACE);
            assertThat(generation.links()).containsExactly(answered.context());
            assertThat(generation.attributes()).containsEntry("reflow.outcome", "completed");
            Seen task = below(generation, "task http_request");
            assertThat(task.attributes()).containsEntry("reflow.task.name", "call");
            assertThat(below(generation, "recording a task").kind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
            Seen call = below(task, "GET");
            assertThat(received.get(1)).hasValue("00-" + call.trace() + "-" + call.id() + "-01");

            collector.close();
            client.post("/api/flow-executions/" + execution + "/execute", FlowBuilder.json("{}"))
                    .expect(204);
            client.awaitCompletion(execution, PATIENCE);
            assertThat(received).hasSize(3);
        }
    }

    @Test
    void nothingIsTracedUnlessSomebodyIsNamedWhoCollects() throws Exception {
        try (ReflowProcess service = service(Map.of())) {
            executed(service.client(KEY));
            assertThat(received).containsExactly(Optional.empty());
            assertThat(service.complaints()).isEmpty();
        }
    }

    private Seen only(String name) {
        return seen(name, span -> true);
    }

    private Seen below(Seen parent, String name) {
        return seen(
                name, span -> span.parent().equals(parent.id()) && span.trace().equals(parent.trace()));
    }

    private Seen generation(String execution, String number) {
        return seen(
                "generation",
                span -> span.attributes().get("reflow.flow_execution.id").equals(execution)
                        && span.attributes().get("reflow.generation").equals(number));
    }

    private Seen seen(String name, Predicate<Seen> which) {
        await("span " + name)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(collector.spans())
                        .anyMatch(span -> span.name().equals(name) && which.test(span)));
        return collector.spans().stream()
                .filter(span -> span.name().equals(name) && which.test(span))
                .findFirst()
                .orElseThrow();
    }
}
