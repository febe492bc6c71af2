package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.FlowBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Speaks to a service over HTTP.
 *
 * @param patience how long it waits for an answer
 */
record ReflowClient(String url, String apiKey, Duration patience) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TO_ANSWER = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TO_ANSWER)
            .build();

    ReflowClient(String url, String apiKey) {
        this(url, apiKey, TO_ANSWER);
    }

    ReflowClient within(Duration other) {
        return new ReflowClient(url, apiKey, other);
    }

    /** An answer of the service. */
    record Answer(int status, String text, HttpHeaders headers) {
        /** The generation that a re-execution has added. */
        int generation() {
            return Math.toIntExact(
                    headers.firstValueAsLong("X-Flow-Execution-Generation").orElseThrow());
        }

        JsonNode json() {
            try {
                return MAPPER.readTree(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + text, e);
            }
        }

        /** The answer, which has to have this status. */
        Answer expect(int expected) {
            assertThat(status).as(text).isEqualTo(expected);
            return this;
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Answer post(String path, JsonNode body) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    Answer put(String path, JsonNode body) throws IOException, InterruptedException {
        return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    /** @param key which makes a repetition of the request do nothing again */
    Answer reExecute(String execution, boolean onlyStale, String key) throws IOException, InterruptedException {
        return send(request("/api/flow-executions/" + execution + "/execute?only_stale=" + onlyStale)
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(patience)
                .header("X-API-Key", apiKey)
                .header("Content-Type", "application/json");
    }

    private static Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body(), response.headers());
    }

    /** False also while nobody answers. */
    boolean isReady() throws InterruptedException {
        try {
            return readiness() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether there is anybody, ready or not. */
    boolean isAnswering() throws InterruptedException {
        try {
            return readiness() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    int readiness() throws IOException, InterruptedException {
        return get("/q/health/ready").status();
    }

    /** Creates a flow and tells its id. */
    String createFlow(FlowBuilder flow) throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("display_name", "a flow");
        body.set("definition", flow.json());
        return post("/api/flows", body).expect(201).json().path("id").textValue();
    }

    /** Executes a flow and tells the execution's id. */
    String execute(String flow, JsonNode input) throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("flow_id", flow);
        body.set("input", input);
        return post("/api/flow-executions", body).expect(201).json().path("id").textValue();
    }

    String status(String execution) throws IOException, InterruptedException {
        return get("/api/flow-executions/" + execution)
                .expect(200)
                .json()
                .path("status")
                .textValue();
    }

    /** The task executions of an execution, newest first. */
    List<JsonNode> tasks(String execution) throws IOException, InterruptedException {
        JsonNode answer = get("/api/task-executions?flow_execution_id=" + execution)
                .expect(200)
                .json();
        return StreamSupport.stream(answer.path("task_executions").spliterator(), false)
                .toList();
    }

    /** The output of a task of which there is one task execution. */
    JsonNode output(String execution, String task) throws IOException, InterruptedException {
        List<JsonNode> attempts = tasks(execution).stream()
                .filter(attempt -> attempt.path("task_name").textValue().equals(task))
                .toList();
        assertThat(attempts).hasSize(1);
        return attempts.get(0).path("output");
    }

    void awaitCompletion(String execution, Duration atMost) {
        await("completion of " + execution)
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(status(execution)).isEqualTo("completed"));
    }
}
