package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service that nothing is done to serves. */
class RunningServiceIT {
    private static final String KEY = "saf_running-service";

    @TempDir
    static Path temp;

    static ReflowProcess service;

    @BeforeAll
    static void start() throws Exception {
        service = ReflowProcess.start(temp.toRealPath().resolve("data"), Map.of("REFLOW_BOOTSTRAP_API_KEY", KEY));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    @JvmOnly
    void secondServiceOnTheSameFolderSaysSoAndStops() throws Exception {
        Path folder = service.folder().path();
        try (ReflowProcess second = ReflowProcess.launch(folder, Map.of())) {
            assertThat(second.awaitEnd()).isNotZero();
            assertThat(second.output())
                    .contains("The database folder " + folder + " is in use by process " + service.pid())
                    .doesNotContain("\tat ");
        }
        assertThat(service.client(KEY).isReady()).isTrue();
        service.client(KEY).get("/api/flows").expect(200);
    }

    @Test
    void openApiAndSwaggerAreServed() throws Exception {
        ReflowClient anybody = service.client("");
        JsonNode openApi = anybody.get("/q/openapi?format=json").expect(200).json();
        assertThat(openApi.path("openapi").textValue()).startsWith("3.");
        assertThat(openApi.path("paths").fieldNames())
                .toIterable()
                .contains("/api/flow-executions/{flow_execution_id}/execute", "/api/task-executions");
        assertThat(anybody.get("/q/swagger-ui/").expect(200).text()).contains("/q/openapi");
    }

    @Test
    void swaggerIsFoundWithoutTheLastSlash() throws Exception {
        assertThat(service.client("").get("/q/swagger-ui").status()).isIn(200, 301, 302);
    }

    @Test
    void healthIsServed() throws Exception {
        for (String probe : new String[] {"live", "ready", "started"}) {
            assertThat(service.client("")
                            .get("/q/health/" + probe)
                            .expect(200)
                            .json()
                            .path("status")
                            .textValue())
                    .isEqualTo("UP");
        }
    }

    @Test
    void withoutAKeyNothingIsServed() throws Exception {
        JsonNode error = service.client("").get("/api/flows").expect(401).json();
        assertThat(error.path("error").path("code").textValue()).isEqualTo("unauthorized");
        assertThat(error.path("request_id").textValue()).isNotEmpty();
    }

    @Test
    void withoutAProviderNoTokenIsAccepted() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", URI.create(service.url()).getPort())) {
            String request = "GET /api/flows HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Authorization: Bearer a.b.c\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("WWW-Authenticate: Bearer", "\"code\":\"unauthorized\"");
        }
    }

    @Test
    void pathThatCannotBeDecodedIsAnsweredLikeAnyOtherError() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", URI.create(service.url()).getPort())) {
            String request = "GET /api/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("\r\nX-Request-ID: ", "{\"error\":{", "\"code\":\"bad_request\"", "\"request_id\":");
        }
    }
}
