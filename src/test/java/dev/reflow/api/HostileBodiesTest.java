package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no database holds and no parser likes is refused by every operation that takes a body. */
@QuarkusTest
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class HostileBodiesTest {
    private static final int LIMIT = 32 * 1024 * 1024;
    private static final String TEN_MEGABYTES = "x".repeat(10 * 1024 * 1024);

    @Inject
    Organizations organizations;

    @TestHTTPResource
    URL root;

    private ApiClient api;
    private Map<String, String> ids;
    private List<ServedOperation> operations;

    @BeforeEach
    void findOperations() {
        api = organizations.create();
        ids = Things.of(api, api, "public");
        operations =
                ServedOperation.all().stream().filter(ServedOperation::hasBody).toList();
        assertThat(operations).hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\u0000\"",
                "{\"\\u0000\": 1}",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "1e1001",
                "10e2147483647",
                "-1e-2147483648",
                "1e99999999999999999999",
                "1, \"hostile\": 1",
                "{\"a\": 1, \"b\": {\"a\": 1, \"a\": 1}}",
                "NaN",
                "01",
                "",
                "'1'",
            })
    void memberThatCannotBeKept(String value) {
        refuseEach(operation -> withMember(operation, value).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void numberOfTooManyDigits() {
        refuseEach(operation -> withMember(operation, "1" + "0".repeat(1000)).getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {10_000, 100_000})
    void deepNesting(int levels) {
        refuseEach(operation ->
                withMember(operation, "[".repeat(levels) + "]".repeat(levels)).getBytes(StandardCharsets.UTF_8));
        refuseEach(operation -> withMember(operation, "{\"a\":".repeat(levels) + "1" + "}".repeat(levels))
                .getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0xff, 0xc0, 0x80})
    void bytesThatAreNoText(int wrong) {
        refuseEach(operation -> withByteInText(operation, wrong));
    }

    @Test
    void rawHalfOfASurrogatePair() {
        refuseEach(operation -> withByteInText(operation, 0xed, 0xa0, 0x80));
    }

    @Test
    void nothingOrNoObject() {
        Map<String, String> faults = Map.of(
                "", "missing",
                " ", "json_invalid",
                "{} {}", "json_invalid",
                "null", "model_attributes_type",
                "7", "model_attributes_type",
                "[]", "model_attributes_type",
                "\"{}\"", "model_attributes_type");
        faults.forEach((body, type) -> refuseEach(operation -> body.getBytes(StandardCharsets.UTF_8), type));
    }

    @Test
    void truncatedBody() {
        refuseEach(operation -> {
            String whole = operation.draft(ids).body().toString();
            return whole.substring(0, whole.length() - 1).getBytes(StandardCharsets.UTF_8);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"})
    void otherTypes(String type) {
        assertThat(operations).allSatisfy(operation -> {
            RequestSpecification request = RestAssured.given()
                    .config(RestAssured.config()
                            .encoderConfig(EncoderConfig.encoderConfig().encodeContentTypeAs(type, ContentType.TEXT)))
                    .header("X-API-Key", api.key())
                    .contentType(type);
            isError(operation.draft(ids).send(request), 415, "unsupported_media_type");
        });
        isWell();
    }

    @Test
    void bodyOverTheLimit() {
        assertThat(operations).allSatisfy(operation -> {
            String path = operation.path();
            for (Map.Entry<String, String> id : ids.entrySet()) {
                path = path.replace("{" + id.getKey() + "}", id.getValue());
            }
            String answer = exchange(operation.method().toUpperCase(Locale.ROOT) + " " + path.replace("{version}", "1")
                    + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + api.key() + "\r\nContent-Length: " + (LIMIT + 1)
                    + "\r\n\r\n{");
            assertThat(answer)
                    .startsWith("HTTP/1.1 413 ")
                    .contains("{\"error\":{", "\"code\":\"payload_too_large\"", "\"request_id\":\"");
        });
        isWell();
    }

    /** Where a text has no limit it is kept whole; and it is never in the way of an index. */
    @Test
    void longTextIsKeptOrRefused() {
        JsonNode schemas = ServedOperation.served().at("/components/schemas");
        for (ServedOperation operation : operations) {
            DeclaredInput.of(operation, schemas).stream()
                    .filter(input -> input.isInBody() && input.isText())
                    .filter(input -> !input.schema().has("maxLength"))
                    .forEach(input -> keepOrRefuseLongText(operation, input.loc()));
        }
        isWell();
    }

    private void keepOrRefuseLongText(ServedOperation operation, List<Object> loc) {
        Response answer =
                operation.draft(ids).set(loc, TextNode.valueOf(TEN_MEGABYTES)).send(api.request());
        assertThat(answer.statusCode())
                .as(operation + " " + loc + ": " + beginning(answer))
                .isIn(200, 201, 400, 404, 409, 422);
        String name = loc.get(loc.size() - 1).toString();
        JsonNode kept = json(answer).path(name);
        boolean isTheirs = !name.equals("modified_by"); // that is who asks, whatever they say
        if (answer.statusCode() < 300 && kept.isTextual() && isTheirs) {
            assertThat(kept.textValue().equals(TEN_MEGABYTES)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'': {' ': [null, true, [], {}]}, 'é': '\uD83D\uDE00\u2028\\\\\\\"\\u0001/'}",
                "{'n': [0, -7, 1.10, 1e400, 2.5e-1000, 123456789012345678901234567890.123456789]}",
            })
    void whatIsKeptIsReadBackAsItCame(String json) {
        JsonNode given = FlowBuilder.json(json);
        FlowBuilder flow = FlowBuilder.flow().task("person", "webhook_receive", "{}");
        String execution = api.start(api.createFlow(flow), given.toString());
        api.awaitStatus(execution, "completed");
        assertThat(api.execution(execution).path("input")).isEqualTo(given);
        assertThat(api.output(execution, "person")).isEqualTo(given);
    }

    private interface Payload {
        byte[] of(ServedOperation operation);
    }

    private void refuseEach(Payload payload) {
        refuseEach(payload, "json_invalid", "string_unicode");
    }

    private void refuseEach(Payload payload, String... types) {
        assertThat(operations).allSatisfy(operation -> {
            Response answer = operation.draft(ids).send(api.request(), payload.of(operation));
            isError(answer, 422, "validation_error");
            assertThat(json(answer).path("detail")).singleElement().satisfies(fault -> {
                assertThat(fault.at("/loc/0").textValue()).isEqualTo("body");
                assertThat(fault.path("type").textValue()).isIn((Object[]) types);
            });
        });
        isWell();
    }

    private String withMember(ServedOperation operation, String value) {
        return "{\"hostile\": " + value + ", "
                + operation.draft(ids).body().toString().substring(1);
    }

    private byte[] withByteInText(ServedOperation operation, int... bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("{\"hostile\": \"".getBytes(StandardCharsets.US_ASCII));
        for (int each : bytes) {
            out.write(each);
        }
        out.writeBytes(("\", " + operation.draft(ids).body().toString().substring(1)).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private void isError(Response answer, int status, String code) {
        assertThat(answer.statusCode()).as(beginning(answer)).isEqualTo(status);
        JsonNode body = json(answer);
        assertThat(body.at("/error/code").asText()).isEqualTo(code);
        assertThat(body.at("/error/message").asText()).isNotEmpty();
        assertThat(body.path("request_id").asText()).isEqualTo(answer.header("X-Request-ID"));
    }

    private void isWell() {
        assertThat(api.get("/api/task-executors").statusCode()).isEqualTo(200);
    }

    private static String beginning(Response answer) {
        String text = answer.asString();
        return text.substring(0, Math.min(300, text.length()));
    }

    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
