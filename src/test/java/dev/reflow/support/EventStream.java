package dev.reflow.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Server-sent events of an execution, as a client reads them. */
public final class EventStream implements AutoCloseable {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final InputStream body;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ended;

    private EventStream(InputStream body) {
        this.body = body;
        this.ended = CompletableFuture.runAsync(this::read, task -> new Thread(task, "events").start());
    }

    /** @param lastEventId 0 to send none */
    public static EventStream open(URI service, String key, String execution, long lastEventId) {
        return read(send(service, key, execution, lastEventId == 0 ? null : Long.toString(lastEventId)));
    }

    public static EventStream openWithToken(URI service, String token, String execution) {
        return read(send(request(service, execution).header("Authorization", "Bearer " + token)));
    }

    private static EventStream read(HttpResponse<InputStream> answer) {
        if (answer.statusCode() != 200) {
            throw new AssertionError("status " + answer.statusCode());
        }
        return new EventStream(answer.body());
    }

    public static HttpResponse<InputStream> send(URI service, String key, String execution, String lastEventId) {
        HttpRequest.Builder request = request(service, execution).header("X-API-Key", key);
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return send(request);
    }

    private static HttpRequest.Builder request(URI service, String execution) {
        return HttpRequest.newBuilder(service.resolve("/api/flow-executions/" + execution + "/events"))
                .timeout(LONG_ENOUGH)
                .header("Accept", "text/event-stream");
    }

    private static HttpResponse<InputStream> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (line.startsWith("data:")) {
                    events.add(FlowBuilder.json(line.substring("data:".length())));
                }
            }
        } catch (IOException e) {
            // closed, by either side
        }
    }

    public List<String> lines() {
        return lines;
    }

    public List<JsonNode> events() {
        return events;
    }

    public List<Long> ids() {
        return events.stream().map(event -> event.path("id").longValue()).toList();
    }

    /** Each event as {@code status}, or {@code task#idx processing_status}. */
    public List<String> changes() {
        return events.stream().map(EventStream::change).toList();
    }

    public static String change(JsonNode event) {
        return event.path("type").textValue().equals("flow_execution")
                ? event.path("status").textValue()
                : event.path("task_name").textValue() + "#" + event.path("task_execution_idx") + " "
                        + event.path("processing_status").textValue();
    }

    public EventStream await(Predicate<List<JsonNode>> holds) {
        Awaitility.await()
                .atMost(LONG_ENOUGH)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> holds.test(events));
        return this;
    }

    /** Until an event says so of the execution in the generation. */
    public EventStream awaitStatus(int generation, String status) {
        return await(seen -> seen.stream()
                .anyMatch(event ->
                        change(event).equals(status) && event.path("generation").intValue() == generation));
    }

    public EventStream awaitLine(String line) {
        Awaitility.await()
                .atMost(LONG_ENOUGH)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> lines.contains(line));
        return this;
    }

    /** Until the service has ended the stream. */
    public void awaitEnd() {
        Awaitility.await().atMost(LONG_ENOUGH).until(ended::isDone);
    }

    public boolean isOpen() {
        return !ended.isDone();
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
