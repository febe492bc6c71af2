package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that has not been sent yet. Its parts are named as the service names them in its errors. */
final class RequestDraft {
    private final ServedOperation operation;
    private final Map<List<Object>, String> parameters = new HashMap<>();
    private final @Nullable JsonNode body;

    RequestDraft(ServedOperation operation, @Nullable JsonNode body) {
        this.operation = operation;
        this.body = body;
    }

    JsonNode body() {
        return body;
    }

    /** @param loc of a parameter, or of something in the body; what is on the way there and missing is made up */
    RequestDraft set(List<Object> loc, JsonNode value) {
        if (!loc.get(0).equals("body")) {
            parameters.put(loc.subList(0, 2), value.asText());
            return this;
        }
        JsonNode parent = body;
        for (int i = 1; i < loc.size() - 1; i++) {
            parent = child(parent, loc.get(i), loc.get(i + 1));
        }
        put(parent, loc.get(loc.size() - 1), value);
        return this;
    }

    /** Leaves out a parameter or a member. */
    RequestDraft remove(List<Object> loc) {
        if (loc.get(0).equals("body")) {
            JsonNode parent = body;
            for (Object step : loc.subList(1, loc.size() - 1)) {
                parent = step instanceof Integer index ? parent.path(index) : parent.path(step.toString());
            }
            ((ObjectNode) parent).remove(loc.get(loc.size() - 1).toString());
        } else {
            parameters.remove(loc);
        }
        return this;
    }

    Response send(RequestSpecification request) {
        return body == null
                ? sendWithoutBody(request)
                : send(request, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** With another body. */
    Response send(RequestSpecification request, byte[] otherBody) {
        return sendWithoutBody(request.body(otherBody));
    }

    private Response sendWithoutBody(RequestSpecification request) {
        parameters.forEach((loc, value) -> {
            String name = loc.get(1).toString();
            switch (loc.get(0).toString()) {
                case "path" -> request.pathParam(name, value);
                case "query" -> request.queryParam(name, value);
                default -> request.header(name, value);
            }
        });
        return request.request(operation.method().toUpperCase(Locale.ROOT), operation.path());
    }

    private static JsonNode child(JsonNode parent, Object step, Object next) {
        JsonNode found = step instanceof Integer index ? parent.path(index) : parent.path(step.toString());
        if (found.isContainerNode()) {
            return found;
        }
        JsonNode made =
                next instanceof Integer ? JsonNodeFactory.instance.arrayNode() : JsonNodeFactory.instance.objectNode();
        put(parent, step, made);
        return made;
    }

    private static void put(JsonNode parent, Object step, JsonNode value) {
        if (parent instanceof ArrayNode list && list.size() > (Integer) step) {
            list.set((Integer) step, value);
        } else if (parent instanceof ArrayNode list) {
            list.add(value);
        } else {
            ((ObjectNode) parent).set(step.toString(), value);
        }
    }
}
