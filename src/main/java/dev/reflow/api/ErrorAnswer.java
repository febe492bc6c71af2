package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client is told about a failure: status, headers, body. */
public final class ErrorAnswer {
    static final String MEDIA_TYPE = "application/json;charset=UTF-8";

    private ErrorAnswer() {}

    /** Answers a request outside of the resources; nothing is written to an answer that has already begun. */
    public static void write(RoutingContext context, ReflowException failure) {
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        if (response.headWritten()) {
            context.request().connection().close();
            return;
        }
        response.setStatusCode(failure.code().httpStatus()).putHeader("Content-Type", MEDIA_TYPE);
        headers(failure.code()).forEach(response::putHeader);
        if (failure.code() == ErrorCode.PAYLOAD_TOO_LARGE) {
            BodyLimit.discardRest(context);
        }
        response.end(body(failure, RequestId.of(context)));
    }

    static Map<String, String> headers(ErrorCode code) {
        return switch (code) {
            case UNAUTHORIZED -> Map.of("WWW-Authenticate", "Bearer");
            case PAYLOAD_TOO_LARGE -> Map.of("Connection", "close");
            case RATE_LIMITED, UNAVAILABLE -> Map.of("Retry-After", "1");
            default -> Map.of();
        };
    }

    static String body(ReflowException failure, String requestId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        boolean invalidForm = failure.code() == ErrorCode.VALIDATION_ERROR;
        ArrayNode faults = faults(failure.faults(), !invalidForm);
        if (invalidForm) {
            body.set("detail", faults);
        }
        ObjectNode error = body.putObject("error")
                .put("message", failure.getMessage())
                .put("code", failure.code().code());
        JsonNode details = details(failure, faults);
        if (details != null) {
            error.set("details", details);
        }
        return body.put("request_id", requestId).toString();
    }

    private static @Nullable JsonNode details(ReflowException failure, ArrayNode faults) {
        return faults.isEmpty() ? failure.details() : faults;
    }

    private static ArrayNode faults(List<Fault> faults, boolean withInput) {
        ArrayNode nodes = JsonNodeFactory.instance.arrayNode();
        for (Fault fault : faults) {
            ObjectNode node = nodes.addObject().put("type", fault.type());
            ArrayNode loc = node.putArray("loc");
            fault.loc().forEach(step -> append(loc, step));
            node.put("msg", fault.msg());
            if (withInput) {
                node.set("input", fault.input());
            }
        }
        return nodes;
    }

    private static void append(ArrayNode loc, Object step) {
        if (step instanceof Number index) {
            loc.add(index.longValue());
        } else {
            loc.add(step.toString());
        }
    }
}
