package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.reflow.organization.Permission;
import dev.reflow.support.ApiClient;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** An operation of the served document, as a request with the document's own example and ids that a test chooses. */
record ServedOperation(String method, String path, JsonNode document) {
    private static final Map<String, String> OTHER_VALUES = Map.of("version", "1", "status", "failed");

    /** The whole document. */
    static JsonNode served() {
        return json(RestAssured.given().get("/q/openapi?format=json"), 200);
    }

    static List<ServedOperation> all() {
        JsonNode paths = served().path("paths");
        List<ServedOperation> all = new ArrayList<>();
        paths.fields()
                .forEachRemaining(path -> path.getValue()
                        .fields()
                        .forEachRemaining(operation ->
                                all.add(new ServedOperation(operation.getKey(), path.getKey(), operation.getValue()))));
        return all;
    }

    /** What the platform's table says that it takes. */
    Permission permission() {
        if (path.matches("/api/(service-accounts|audit-events).*")) {
            return Permission.ADMINISTER;
        }
        if (method.equals("get")) {
            return Permission.READ;
        }
        if (path.endsWith("/webhook-data")) {
            return Permission.SEND_DATA;
        }
        if (method.equals("post") && path.matches("/api/task-(executions|outputs)|.*/task-status")) {
            return Permission.REPORT;
        }
        return path.startsWith("/api/flows") ? Permission.AUTHOR : Permission.OPERATE;
    }

    /** Whether its answer does not end by itself. */
    boolean isStream() {
        return !document.at("/responses/200/content/text~1event-stream").isMissingNode();
    }

    /** Whether it is about something that has an id. */
    boolean namesSomething() {
        return parameters().anyMatch(ServedOperation::isId) || !idsIn(example()).isEmpty();
    }

    /** Whether its body says whose the thing is. */
    boolean namesOrganization() {
        return example().has("organization_id");
    }

    /** @param ids by the names of parameters and members; those in the body called {@code id} are a task execution's */
    Response send(ApiClient api, Map<String, String> ids) {
        return send(api.request(), ids);
    }

    Response sendWithoutCredentials(Map<String, String> ids) {
        return send(RestAssured.given().contentType("application/json"), ids);
    }

    private Response send(RequestSpecification request, Map<String, String> ids) {
        return draft(ids).send(request);
    }

    /** A request with all that is required and the document's example, for a test to spoil. */
    RequestDraft draft(Map<String, String> ids) {
        Map<String, String> values = new HashMap<>(OTHER_VALUES);
        values.putAll(ids);
        JsonNode body = example();
        RequestDraft draft = new RequestDraft(this, body.isMissingNode() ? null : withIds(body.deepCopy(), values));
        parameters()
                .map(parameter -> parameter.path("name").textValue())
                .forEach(name -> draft.set(locationOf(name), TextNode.valueOf(require(values, name))));
        return draft;
    }

    boolean hasBody() {
        return document.has("requestBody");
    }

    private List<Object> locationOf(String parameter) {
        return StreamSupport.stream(document.path("parameters").spliterator(), false)
                .filter(each -> each.path("name").textValue().equals(parameter))
                .map(each -> List.<Object>of(each.path("in").textValue(), parameter))
                .findFirst()
                .orElseThrow();
    }

    private static String require(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new AssertionError("the test has to know what a " + name + " is");
        }
        return value;
    }

    private static JsonNode withIds(JsonNode body, Map<String, String> values) {
        idsIn(body).forEach(found -> found.object().put(found.member(), require(values, found.name())));
        return body;
    }

    private record FoundId(ObjectNode object, String member) {
        String name() {
            return member.equals("id") ? "task_execution_id" : member;
        }
    }

    /** The ids of things of flows and executions, and of organizations, at any depth. */
    private static List<FoundId> idsIn(JsonNode body) {
        List<FoundId> found = new ArrayList<>();
        for (String member : List.of("flow_execution_id", "flow_id", "organization_id")) {
            body.findParents(member).forEach(parent -> found.add(new FoundId((ObjectNode) parent, member)));
        }
        if (body.has("id") && body.has("flow_execution_id")) {
            found.add(new FoundId((ObjectNode) body, "id"));
        }
        return found;
    }

    private Stream<JsonNode> parameters() {
        return StreamSupport.stream(document.path("parameters").spliterator(), false)
                .filter(parameter -> parameter.path("required").booleanValue());
    }

    private static boolean isId(JsonNode parameter) {
        return parameter.path("name").textValue().endsWith("_id");
    }

    private JsonNode example() {
        JsonNode examples = document.at("/requestBody/content/application~1json/examples");
        return examples.isEmpty()
                ? examples.path("none")
                : examples.elements().next().path("value");
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
