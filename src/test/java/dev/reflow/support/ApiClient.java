package dev.reflow.support;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

/** A client of the service with an API key. */
public record ApiClient(UUID organization, String key) {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    public RequestSpecification request() {
        return given().header("X-API-Key", key).contentType("application/json");
    }

    public Response post(String path, JsonNode body) {
        return request().body(body.toString()).post(path);
    }

    public Response put(String path, JsonNode body) {
        return request().body(body.toString()).put(path);
    }

    /** @param body JSON; single quotes stand for double ones */
    public Response patch(String path, String body) {
        return request().body(FlowBuilder.json(body).toString()).patch(path);
    }

    public Response delete(String path) {
        return request().delete(path);
    }

    public Response get(String path) {
        return request().get(path);
    }

    public static JsonNode json(Response response) {
        try {
            return MAPPER.readTree(response.asString());
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + response.asString(), e);
        }
    }

    public static JsonNode json(Response response, int status) {
        if (response.statusCode() != status) {
            throw new AssertionError(response.statusCode() + " instead of " + status + ": " + response.asString());
        }
        return json(response);
    }

    /** The new flow's id. */
    public String createFlow(FlowBuilder flow) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("display_name", "a flow");
        body.set("definition", flow.json());
        return json(post("/api/flows", body), 201).path("id").textValue();
    }

    public JsonNode putDefinition(String flow, FlowBuilder definition) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("definition", definition.json());
        return json(put("/api/flows/" + flow + "/definition", body), 200);
    }

    /** The new execution's id. */
    public String start(String flow, String input) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("flow_id", flow);
        body.set("input", FlowBuilder.json(input));
        return json(post("/api/flow-executions", body), 201).path("id").textValue();
    }

    public Response execute(String execution, boolean onlyStale) {
        return request().post("/api/flow-executions/" + execution + "/execute?only_stale=" + onlyStale);
    }

    public JsonNode execution(String id) {
        return json(get("/api/flow-executions/" + id), 200);
    }

    public void awaitStatus(String execution, String status) {
        await().atMost(LONG_ENOUGH)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> execution(execution).path("status").textValue(), status::equals);
    }

    /** All attempts of the current view, newest first. */
    public List<JsonNode> tasks(String execution) {
        JsonNode list = json(get("/api/task-executions?flow_execution_id=" + execution), 200);
        return StreamSupport.stream(list.path("task_executions").spliterator(), false)
                .toList();
    }

    /** Every attempt as {@code name#idx status stale}, by name and number. */
    public List<String> taskLines(String execution) {
        return tasks(execution).stream()
                .map(task -> task.path("task_name").textValue() + "#" + task.path("task_execution_idx") + " "
                        + task.path("processing_status").textValue() + " "
                        + task.path("stale_status").textValue())
                .sorted()
                .toList();
    }

    /** The newest attempt of a task. */
    public JsonNode task(String execution, String name) {
        return tasks(execution).stream()
                .filter(task -> task.path("task_name").textValue().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no attempt of " + name));
    }

    public JsonNode output(String execution, String name) {
        return task(execution, name).path("output");
    }
}
