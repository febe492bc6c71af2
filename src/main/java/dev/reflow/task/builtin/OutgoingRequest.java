package dev.reflow.task.builtin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.task.TaskInput;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One HTTP request, ready to be sent, and what becomes of it after a redirect. */
record OutgoingRequest(
        HttpMethod method,
        HttpTarget target,
        MultiMap headers,
        @Nullable Buffer body) {
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");
    private static final Set<String> OWN_HEADERS = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "upgrade",
            "te",
            "trailer",
            "expect");
    private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie", "proxy-authorization");
    private static final Set<HttpMethod> WITH_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    /** @throws RefusedRequestException when the parameters make no request */
    static OutgoingRequest of(TaskInput input) {
        JsonNode parameters = input.parameters();
        MultiMap headers = headers(parameters.path("headers"));
        if (!headers.contains("Idempotency-Key")) {
            headers.set("Idempotency-Key", input.idempotencyKey());
        }
        if (!headers.contains(HttpHeaders.USER_AGENT)) {
            headers.set(HttpHeaders.USER_AGENT, "reflow");
        }
        return new OutgoingRequest(
                HttpMethod.valueOf(parameters.path("method").asText("GET")),
                HttpTarget.parse(parameters.path("url").asText()),
                headers,
                body(parameters.path("body"), headers));
    }

    /** Headers as they go out: the length is always known, so nothing is ever chunked. */
    MultiMap sentHeaders() {
        MultiMap sent = MultiMap.caseInsensitiveMultiMap().addAll(headers);
        sent.set(HttpHeaders.HOST, target.authority());
        if (body != null || WITH_BODY.contains(method)) {
            sent.set(HttpHeaders.CONTENT_LENGTH, String.valueOf(body == null ? 0 : body.length()));
        }
        return sent;
    }

    OutgoingRequest redirected(int status, HttpTarget newTarget) {
        boolean kept =
                status == 307 || status == 308 || method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        MultiMap newHeaders = MultiMap.caseInsensitiveMultiMap().addAll(headers);
        if (!kept) {
            newHeaders.remove(HttpHeaders.CONTENT_TYPE);
        }
        if (!newTarget.hasSameOriginAs(target)) {
            CREDENTIALS.forEach(newHeaders::remove);
        }
        return new OutgoingRequest(kept ? method : HttpMethod.GET, newTarget, newHeaders, kept ? body : null);
    }

    @Override
    public String toString() {
        return method + " " + target;
    }

    private static MultiMap headers(JsonNode written) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (Map.Entry<String, JsonNode> header : written.properties()) {
            String name = header.getKey();
            JsonNode value = header.getValue();
            if (!HEADER_NAME.matcher(name).matches()) {
                throw new RefusedRequestException(
                        "'" + name.replaceAll("\\p{Cntrl}", "?") + "' is no name of a header");
            }
            if (!HEADER_VALUE.matcher(value.asText()).matches()) {
                throw new RefusedRequestException("the value of header '" + name
                        + "' has a line break, a control character or a character that headers cannot carry");
            }
            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                headers.set(name, value.asText().strip());
            }
        }
        return headers;
    }

    private static @Nullable Buffer body(JsonNode body, MultiMap headers) {
        if (Parameters.isAbsent(body)) {
            return null;
        }
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        MediaType mediaType = type == null ? MediaType.JSON : MediaType.parse(type);
        if (type == null) {
            headers.set(HttpHeaders.CONTENT_TYPE, "application/json");
        }
        if (body.isTextual() && !mediaType.isJson()) {
            return Buffer.buffer(body.textValue().getBytes(mediaType.charset()));
        }
        try {
            return Buffer.buffer(ExactJson.bytes(body));
        } catch (JsonProcessingException e) {
            throw new RefusedRequestException("the body cannot be written as JSON: " + e.getOriginalMessage());
        }
    }
}
