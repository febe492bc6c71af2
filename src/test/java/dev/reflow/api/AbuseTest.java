package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.support.ApiClient;
import dev.reflow.support.EventStream;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.LogLines;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are too many, too slow or from where they should not be, and what the log keeps of them. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(AbuseTest.Strict.class)
class AbuseTest {
    private static final int BURST = 60;
    private static final int MAX_ROWS = 2;
    private static final int MAX_CONNECTIONS = 400;
    private static final String ALLOWED = "https://console.example";

    public static final class Strict implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.ofEntries(
                    Map.entry("reflow.limits.rate.per-second", "1"),
                    Map.entry("reflow.limits.rate.burst", Integer.toString(BURST)),
                    Map.entry("reflow.limits.request-timeout", "4s"),
                    Map.entry("reflow.api-keys.last-use-interval", "1s"),
                    Map.entry("reflow.limits.lists.max-rows", Integer.toString(MAX_ROWS)),
                    Map.entry("quarkus.http.cors.enabled", "true"),
                    Map.entry("quarkus.http.cors.origins", ALLOWED),
                    Map.entry("quarkus.http.cors.methods", "GET,POST"),
                    Map.entry("quarkus.http.limits.max-connections", Integer.toString(MAX_CONNECTIONS)),
                    Map.entry("quarkus.http.access-log.enabled", "true"),
                    Map.entry("quarkus.http.access-log.pattern", "long"));
        }
    }

    @Inject
    Organizations organizations;

    @TestHTTPResource
    URI service;

    private ApiClient api;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
    }

    @Test
    void lastUseIsWrittenFromTimeToTime() {
        String account =
                json(api.get("/api/service-accounts"), 200).path(0).path("id").textValue();
        String keys = "/api/service-accounts/" + account + "/api-keys";
        Awaitility.await()
                .pollInterval(Duration.ofMillis(500))
                .until(() -> json(api.get(keys), 200).path(0).hasNonNull("last_used_at"));
        ApiClient busy = organizations.join(api.organization(), "busy", "app_user");
        Set<String> written = new HashSet<>();
        long began = System.nanoTime();
        for (int i = 0; i < BURST; i++) {
            busy.get("/api/task-executors");
            written.add(organizations.textOf(
                    "select coalesce(max(k.last_used_at)::text, '') from api_key k join service_account a"
                            + " on a.id = k.service_account_id where a.organization_id = $1 and a.name = 'busy'",
                    Tuple.of(api.organization())));
        }
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;
        assertThat(written).hasSizeLessThanOrEqualTo((int) seconds + 1).hasSizeLessThan(BURST);
    }

    @Test
    void connectionsBeyondTheLimitAreClosedUntilOthersEnd() throws IOException {
        List<Socket> open = new ArrayList<>();
        int answered = 0;
        try {
            for (int i = 0; i <= MAX_CONNECTIONS; i++) {
                Socket socket = new Socket(service.getHost(), service.getPort());
                open.add(socket);
                if (isAnswered(socket)) {
                    answered++;
                }
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        assertThat(answered).isPositive().isLessThanOrEqualTo(MAX_CONNECTIONS);
        Awaitility.await().until(() -> {
            try (Socket socket = new Socket(service.getHost(), service.getPort())) {
                return isAnswered(socket);
            }
        });
    }

    /** The connection stays open. */
    private static boolean isAnswered(Socket socket) {
        try {
            socket.getOutputStream()
                    .write("GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() != -1;
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void listWithoutPagesMustBeShortOrOfOneExecution() {
        FlowBuilder tasks =
                FlowBuilder.flow().task("in", "webhook_receive", "{}").task("copy", "delay", "{'seconds': 0}");
        api.start(api.createFlow(tasks), "{}");
        awaitCompleted(MAX_ROWS);
        assertThat(json(api.get("/api/task-executions"), 200).path("task_executions"))
                .hasSize(MAX_ROWS);
        assertThat(json(api.get("/api/task-outputs"), 200)).hasSize(MAX_ROWS);

        String longer = api.start(api.createFlow(tasks.task("again", "delay", "{'seconds': 0}")), "{}");
        awaitCompleted(MAX_ROWS + MAX_ROWS + 1);
        for (String list : List.of("/api/task-executions", "/api/task-executions?generation=1", "/api/task-outputs")) {
            assertThat(json(api.get(list), 400).at("/error/message").textValue())
                    .contains("flow_execution_id");
        }
        assertThat(api.tasks(longer)).hasSize(MAX_ROWS + 1);
        assertThat(json(api.get("/api/task-outputs?flow_execution_id=" + longer), 200))
                .hasSize(MAX_ROWS + 1);
    }

    /** Without requests, which are counted here. */
    private void awaitCompleted(int attempts) {
        Awaitility.await()
                .until(() -> organizations.count(
                                "select count(*) from task_execution where organization_id = $1"
                                        + " and processing_status = 'completed'",
                                Tuple.of(api.organization()))
                        == attempts);
    }

    @Test
    void callerWhoSendsTooMuchHasToWaitAndOthersDoNot() {
        ApiClient other = organizations.join(api.organization(), "other", "integration");
        List<Response> answers = Stream.generate(() -> api.get("/api/task-executors"))
                .limit(20L * BURST)
                .takeWhile(answer -> answer.statusCode() == 200)
                .toList();
        assertThat(answers).hasSizeBetween(BURST, 20 * BURST - 1);

        Response refused = refusal();
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(json(refused).at("/error/code").textValue()).isEqualTo("rate_limited");
        assertThat(json(refused).path("request_id").textValue()).isEqualTo(refused.header("X-Request-ID"));

        assertThat(other.get("/api/task-executors").statusCode()).isEqualTo(200);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(500))
                .until(() -> api.get("/api/task-executors").statusCode() == 200);
    }

    private Response refusal() {
        return Stream.generate(() -> api.get("/api/task-executors"))
                .filter(answer -> answer.statusCode() == 429)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void requestThatTakesTooLongIsAnswered() {
        try (LogLines log = LogLines.ofAll()) {
            Response answer = api.get("/api/trial/late");
            assertThat(json(answer, 504).at("/error/code").textValue()).isEqualTo("timeout");
            assertThat(json(answer).path("request_id").textValue()).isEqualTo(answer.header("X-Request-ID"));

            TrialResource.answerLate();
            assertThat(api.get("/api/task-executors").statusCode()).isEqualTo(200);
            assertThat(log.lines()).noneMatch(line -> line.contains("ERROR"));
        }
    }

    @Test
    void bodyThatNeverEndsIsAnsweredAndItsConnectionClosed() throws Exception {
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            socket.getOutputStream()
                    .write("POST /api/trial HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n{\"value\":"
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 504 ").contains("\"code\":\"timeout\"");
        }
    }

    @Test
    void streamOfEventsOutlivesTheTimeout() throws Exception {
        String flow = api.createFlow(FlowBuilder.flow()
                .task("in", "webhook_receive", "{}")
                .task("pause", "delay", "{'seconds': 6, 'after': '{{in.output}}'}"));
        String execution = api.start(flow, "{}");
        try (EventStream stream = EventStream.open(service, api.key(), execution, 0)) {
            stream.awaitStatus(1, "completed");
            assertThat(stream.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/flows", "/api/nope", "/q/health", "/q/openapi"})
    void answersTellBrowsersToMakeNothingOfThem(String path) {
        Response answer = api.get(path);
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'none'");
        assertThat(answer.getHeaders().getValues("Cache-Control")).containsExactly("no-store");
    }

    @Test
    void userInterfaceMayLoadItsOwnScripts() {
        Response answer = given().get("/q/swagger-ui/");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.header("Content-Security-Policy"))
                .contains("script-src 'self' 'unsafe-inline'")
                .contains("style-src 'self' 'unsafe-inline'");
        assertThat(answer.asString()).doesNotContainPattern("(src|href)=\"https?://");
    }

    @Test
    void pagesOfAllowedOriginsReadAnswers() {
        Response simple = api.request().header("Origin", ALLOWED).get("/api/flows");
        assertThat(simple.statusCode()).isEqualTo(200);
        assertThat(simple.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
        assertThat(preflight(ALLOWED, "/api/flows").statusCode()).isEqualTo(200);
        assertThat(preflight(ALLOWED, "/api/flows").header("Access-Control-Allow-Origin"))
                .isEqualTo(ALLOWED);
        assertThat(preflight(ALLOWED, "/api/flows").header("Access-Control-Allow-Headers"))
                .isEqualTo("x-api-key");
    }

    @Test
    void pagesOfTheServiceItselfReadAnswers() {
        String own = service.getScheme() + "://" + service.getAuthority();
        assertThat(api.request().header("Origin", own).get("/api/flows").statusCode())
                .isEqualTo(200);
    }

    @Test
    void pagesOfOtherOriginsAreForbidden() {
        for (String origin : List.of("https://elsewhere.example", ALLOWED + ".example", "null")) {
            Response simple = api.request().header("Origin", origin).get("/api/flows");
            for (Response answer : List.of(simple, preflight(origin, "/api/flows"), preflight(origin, "/q/health"))) {
                assertThat(json(answer, 403).at("/error/code").textValue()).isEqualTo("forbidden");
                assertThat(json(answer).path("request_id").textValue()).isEqualTo(answer.header("X-Request-ID"));
                assertThat(answer.getHeaders().asList())
                        .noneMatch(header ->
                                header.getName().toLowerCase(Locale.ROOT).startsWith("access-control-"));
            }
        }
    }

    @Test
    void methodThatIsNotAllowedToOtherOriginsIsForbidden() {
        Response answer = api.request().header("Origin", ALLOWED).delete("/api/flows/" + UUID.randomUUID());
        assertThat(json(answer, 403).at("/error/code").textValue()).isEqualTo("forbidden");
    }

    private static Response preflight(String origin, String path) {
        return given().header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "x-api-key")
                .options(path);
    }

    @Test
    void secretsAreNotInTheLog() {
        String wrongKey = "saf_" + UUID.randomUUID();
        String token = "eyJhbGciOiJSUzI1NiJ9." + UUID.randomUUID() + "." + UUID.randomUUID();
        String secret = UUID.randomUUID().toString();
        try (LogLines log = LogLines.ofAll()) {
            String flow = api.createFlow(FlowBuilder.flow()
                    .task("in", "webhook_receive", "{}")
                    .task("approval", "wait_for_webhook", "{'after': '{{in.output}}'}"));
            String execution = api.start(flow, "{'password': '" + secret + "'}");
            for (String body : List.of(
                    "{'task_name': 'approval', 'data': {'card': '" + secret + "'}}",
                    "{'task_name': 'absent', 'data': {'card': '" + secret + "'}}",
                    "{'task_name': 'approval', 'data': '" + secret + "'}")) {
                api.post("/api/flow-executions/" + execution + "/webhook-data", FlowBuilder.json(body));
            }
            api.request().body("{\"password\": \"" + secret + "\"").post("/api/flows");
            api.get("/api/trial/crash");
            given().header("X-API-Key", wrongKey).get("/api/flows");
            given().header("Authorization", "Bearer " + token).get("/api/flows");
            given().header("Authorization", "Bearer " + secret).get("/api/flows");
            given().header("Sec-WebSocket-Protocol", "reflow, " + token).get("/api/flows");
            String account = json(api.post("/api/service-accounts", FlowBuilder.json("{'name': 'a'}")), 201)
                    .path("id")
                    .textValue();
            String created = json(
                            api.post(
                                    "/api/service-accounts/" + account + "/api-keys",
                                    FlowBuilder.json("{'name': 'k'}")),
                            201)
                    .toString();
            String newKey = created.replaceAll(".*\"(saf_[\\w-]{20,})\".*", "$1");

            assertThat(newKey).startsWith("saf_");
            Awaitility.await().until(() -> log.lines().stream().anyMatch(line -> line.contains("/api-keys")));
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("ERROR") && line.contains("/api/trial/crash"))
                    .noneMatch(line -> Stream.of(api.key(), wrongKey, token, secret, newKey)
                            .anyMatch(line::contains));
        }
    }
}
