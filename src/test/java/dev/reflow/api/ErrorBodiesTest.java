package dev.reflow.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ErrorBodiesTest {
    private static final String ULID = "[0-9A-HJKMNP-TV-Z]{26}";
    private static final String REPEAT = "/api/trial";
    private static final int LIMIT = 32 * 1024 * 1024;
    private static final int HEAD = 16 * 1024;

    @TestHTTPResource
    URL root;

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/api/nope", "/api/flows/nope/nope/nope"})
    void unknownPath(String path) {
        isError(given().get(path).then(), 404, "not_found");
    }

    @Test
    void headThatIsTooLong() {
        String tooLong = "x".repeat(HEAD);
        isError(given().queryParam("search", tooLong).get("/api/flows").then(), 414, "uri_too_long");
        isError(given().header("X-Long", tooLong).get("/api/flows").then(), 431, "headers_too_large");
        isError(given().header("X-Long", "x".repeat(3 * HEAD)).get("/api/flows").then(), 431, "headers_too_large");
    }

    @Test
    void headThatIsAlmostTooLong() {
        String almost = "x".repeat(HEAD - 1000);
        isError(
                given().queryParam("search", almost)
                        .header("X-Long", almost)
                        .get("/api/flows")
                        .then(),
                401,
                "unauthorized");
    }

    @Test
    void headThatIsTooLongInHttp2() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest.Builder request = HttpRequest.newBuilder(root.toURI().resolve("/api/flows"));
        client.send(request.build(), HttpResponse.BodyHandlers.ofString()); // after it both speak HTTP/2
        HttpRequest almost =
                request.copy().header("X-Long", "x".repeat(HEAD - 1000)).build();
        HttpRequest tooLong = request.copy().header("X-Long", "x".repeat(HEAD)).build();
        HttpResponse<String> accepted = client.send(almost, HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> refused = client.send(tooLong, HttpResponse.BodyHandlers.ofString());
        assertThat(accepted.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(accepted.statusCode()).isEqualTo(401);
        assertThat(refused.statusCode()).isEqualTo(431);
        assertThat(refused.body()).contains("\"code\":\"headers_too_large\"");
    }

    @Test
    void connectionGoesOnAfterAHeadThatIsTooLong() throws IOException {
        String answers = exchange("POST /api/trial?" + "x".repeat(HEAD)
                + " HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{\"value\":1}"
                + "GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answers).startsWith("HTTP/1.1 414 ").contains("HTTP/1.1 404 ");
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, 400",
        "GET /api/flows?search=a|b HTTP/1.1, 400",
        "GET /api/flows HTTP/1.7, 501",
        "GET /api/flows?search={too long} HTTP/1.1, 414",
        "GET /api/flows HTTP/1.1\\r\\nX-Long: {too long}, 431",
    })
    void requestThatNeverGetsToTheService(String head, int status) throws IOException {
        String answer =
                exchange(head.replace("{too long}", "x".repeat(4 * HEAD)).translateEscapes() + "\r\nHost: x\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.")
                .contains(" " + status + " ")
                .endsWith("\r\n\r\n")
                .doesNotContainIgnoringCase("x-request-id");
    }

    @Test
    void methodThatAPathDoesNotHave() {
        isError(given().patch("/api/task-executors").then(), 405, "method_not_allowed");
    }

    @Test
    void pagesOfOtherOriginsCannotReadAnswers() {
        String elsewhere = "https://elsewhere.example";
        Response simple = given().header("Origin", elsewhere).get("/api/flows");
        Response preflight = given().header("Origin", elsewhere)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "x-api-key")
                .options("/api/flows");
        assertThat(Stream.of(simple, preflight).flatMap(answer -> answer.getHeaders().asList().stream()))
                .noneMatch(header -> header.getName().toLowerCase(Locale.ROOT).startsWith("access-control-"));
    }

    @Test
    void answerThatIsNotJson() {
        isError(given().accept("text/plain").get("/api/task-executors").then(), 406, "not_acceptable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/jsonl"})
    void bodyThatIsNotJson(String type) {
        isError(raw(type, "{}"), 415, "unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "application/merge-patch+json"})
    void bodyOfAnyJsonType(String type) {
        raw(type, "{\"value\": 1.10}").statusCode(200).body(equalTo("1.10"));
    }

    @Test
    void bodyWithoutAType() throws IOException {
        String answer = exchange("POST " + REPEAT + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Length: 11\r\n\r\n{\"value\":1}");
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void malformedJson() {
        isError(json("{\"value\": }"), 422, "validation_error")
                .body("detail[0].type", equalTo("json_invalid"))
                .body("detail[0].loc", equalTo(List.of("body", 10)))
                .body("error.details[0].type", equalTo("json_invalid"));
    }

    @Test
    void missingBody() {
        isError(given().contentType("application/json").post(REPEAT).then(), 422, "validation_error")
                .body("detail[0].type", equalTo("missing"))
                .body("detail[0].loc", equalTo(List.of("body")))
                .body("detail[0].msg", equalTo("Field required"));
    }

    @Test
    void deepNesting() {
        isError(json("{\"value\":" + "[".repeat(100_000)), 422, "validation_error")
                .body("detail[0].type", equalTo("json_invalid"));
        json("{\"value\":" + "[".repeat(499) + "]".repeat(499) + "}").statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10e2147483647", "1e99999999999", "1e-99999999999"})
    void numberOutOfBounds(String number) {
        isError(json("{\"value\": " + number + "}"), 422, "validation_error")
                .body("detail[0].type", equalTo("json_invalid"))
                .body("detail[0].loc[0]", equalTo("body"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"value\": [\"\\u0000\"]}", "{\"value\": [\"\\udc00\"]}", "{\"value\": [{\"\\u0000\": 1}]}"})
    void textThatNoDatabaseHolds(String body) {
        isError(json(body), 422, "validation_error")
                .body("detail[0].type", equalTo("string_unicode"))
                .body("detail[0].loc", equalTo(List.of("body", "value", 0)));
    }

    @Test
    void announcedBodyThatIsTooLarge() throws IOException {
        String answer = exchange("POST " + REPEAT + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + (LIMIT + 1) + "\r\nExpect: 100-continue\r\n\r\n");
        isTooLarge(answer);
    }

    @Test
    void sentBodyThatIsTooLarge() throws IOException {
        String answer = exchange(out -> {
            write(out, "POST " + REPEAT + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
            write(out, "Content-Length: " + (LIMIT + 1) + "\r\n\r\n" + " ".repeat(LIMIT + 1));
        });
        isTooLarge(answer);
    }

    @Test
    void chunkedBodyThatIsTooLarge() throws IOException {
        String answer = exchange(out -> {
            write(out, "POST " + REPEAT + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
            write(out, "Transfer-Encoding: chunked\r\n\r\n");
            for (int sent = 0; sent <= LIMIT; sent += 1024 * 1024) {
                write(out, "100000\r\n" + " ".repeat(1024 * 1024) + "\r\n");
            }
            write(out, "0\r\n\r\n");
        });
        isTooLarge(answer);
    }

    @Test
    void largeBodyIsAccepted() throws IOException {
        String body = "{\"value\": \"" + "x".repeat(LIMIT - 13) + "\"}";
        String answer = exchange("POST " + REPEAT + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + "Content-Length: "
                + body.length() + "\r\n\r\n" + body);
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void unexpectedExceptionTellsNothing() {
        isError(given().get(REPEAT + "/crash").then(), 500, "internal_error").body(not(containsString("secret")));
    }

    @ParameterizedTest
    @CsvSource({
        "unauthorized, 401, unauthorized",
        "forbidden, 403, forbidden",
        "busy, 503, unavailable",
        "wrapped, 404, not_found",
        "conflict, 409, conflict",
    })
    void exceptionsOfTheFramework(String failure, int status, String code) {
        isError(given().get(REPEAT + "/" + failure).then(), status, code).body(not(containsString("secret")));
    }

    @ParameterizedTest
    @CsvSource({"forbidden, 403, forbidden", "crash, 500, internal_error"})
    void failuresInFrontOfTheResources(String failure, int status, String code) {
        isError(given().get("/trial/" + failure).then(), status, code).body(not(containsString("secret")));
    }

    @Test
    void answerIsWrittenInTheApisSpelling() {
        assertThat(given().get(REPEAT + "/execution").asString())
                .contains("\"created_at\":\"1970-01-01T00:00:00Z\"")
                .contains("\"updated_at\":\"2024-02-29T12:30:00.123456Z\"")
                .contains("\"status\":\"cancel_requested\"")
                .contains("\"input\":{\"amount\":1.10}")
                .contains("\"run_number\":null");
    }

    @Test
    void documentSaysWhatMayBeNull() {
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .body("components.schemas.FlowExecutionResponse.required", hasItems("id", "run_number"))
                .body(
                        "components.schemas.FlowExecutionResponse.properties.run_number.type",
                        hasItems("integer", "null"))
                .body("components.schemas.FlowCreateRequest.required", contains("display_name", "definition"))
                .body("components.schemas.ExecutionStatus.enum", hasItem("cancel_requested"))
                .body("paths.'/api/flows'.post.responses.keySet()", hasItems("201", "400", "401", "409", "422", "500"));
    }

    @Test
    void unauthorizedNamesTheScheme() {
        given().get(REPEAT + "/unauthorized").then().header("WWW-Authenticate", "Bearer");
    }

    @Test
    void conflictNamesTheTasks() {
        given().get(REPEAT + "/conflict").then().body("error.details[0].task_name", equalTo("greeting"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"01ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav"})
    void wellFormedRequestIdIsKept(String id) {
        given().header("X-Request-ID", id)
                .get("/nope")
                .then()
                .header("X-Request-ID", id)
                .body("request_id", equalTo(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4a", "81ARZ3NDEKTSV4RRFFQ69G5FAV"})
    void otherRequestIdIsReplaced(String id) {
        given().header("X-Request-ID", id).get("/nope").then().header("X-Request-ID", matchesPattern(ULID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health", "/q/openapi", "/q/nope"})
    void frameworkPathsHaveARequestIdToo(String path) {
        given().get(path).then().header("X-Request-ID", matchesPattern(ULID));
    }

    @Test
    void successHasARequestId() {
        json("{\"value\": 1}").statusCode(200).header("X-Request-ID", matchesPattern(ULID));
    }

    private static ValidatableResponse json(String body) {
        return raw("application/json", body);
    }

    /** REST Assured would encode the body by its type, and may not know the type. */
    private static ValidatableResponse raw(String type, String body) {
        return given().config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .header("Content-Type", type)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post(REPEAT)
                .then();
    }

    private static ValidatableResponse isError(ValidatableResponse response, int status, String code) {
        String id = response.extract().header("X-Request-ID");
        return response.statusCode(status)
                .header("X-Request-ID", matchesPattern(ULID))
                .header("X-Content-Type-Options", "nosniff")
                .contentType("application/json")
                .body("error.code", equalTo(code))
                .body("error.message", not(nullValue()))
                .body("request_id", equalTo(id));
    }

    private static void isTooLarge(String answer) {
        assertThat(answer)
                .startsWith("HTTP/1.1 413 ")
                .containsIgnoringCase("\r\nx-request-id: ")
                .contains("\"code\":\"payload_too_large\"");
    }

    private String exchange(String request) throws IOException {
        return exchange(out -> write(out, request));
    }

    private String exchange(Sender sender) throws IOException {
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout(30_000);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            sender.send(out);
            out.flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @FunctionalInterface
    private interface Sender {
        void send(OutputStream out) throws IOException;
    }
}
