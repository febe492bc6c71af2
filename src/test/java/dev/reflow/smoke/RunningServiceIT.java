package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the packaged service serves to anybody, started as its users do: with a database from elsewhere. */
@QuarkusIntegrationTest
@QuarkusTestResource(TestDatabase.class)
class RunningServiceIT {
    @TestHTTPResource
    URI url;

    private ReflowClient anybody;

    @BeforeEach
    void withoutAKey() {
        anybody = new ReflowClient(url.toString().replaceFirst("/$", ""), "");
    }

    @Test
    void openApiAndSwaggerAreServed() throws Exception {
        JsonNode openApi = anybody.get("/q/openapi?format=json").expect(200).json();
        assertThat(openApi.path("openapi").textValue()).startsWith("3.");
        assertThat(openApi.path("paths").fieldNames())
                .toIterable()
                .contains("/api/flow-executions/{flow_execution_id}/execute", "/api/task-executions");
        assertThat(anybody.get("/q/swagger-ui/").expect(200).text()).contains("/q/openapi");
    }

    @Test
    void swaggerIsFoundWithoutTheLastSlash() throws Exception {
        assertThat(anybody.get("/q/swagger-ui").status()).isIn(200, 301, 302);
    }

    @Test
    void healthIsServed() throws Exception {
        for (String probe : new String[] {"live", "ready", "started"}) {
            assertThat(anybody.get("/q/health/" + probe)
                            .expect(200)
                            .json()
                            .path("status")
                            .textValue())
                    .isEqualTo("UP");
        }
    }

    @Test
    void withoutAKeyNothingIsServed() throws Exception {
        JsonNode error = anybody.get("/api/flows").expect(401).json();
        assertThat(error.path("error").path("code").textValue()).isEqualTo("unauthorized");
        assertThat(error.path("request_id").textValue()).isNotEmpty();
    }

    @Test
    void withoutAProviderNoTokenIsAccepted() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", url.getPort())) {
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
        try (Socket socket = new Socket("127.0.0.1", url.getPort())) {
            String request = "GET /api/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("\r\nX-Request-ID: ", "{\"error\":{", "\"code\":\"bad_request\"", "\"request_id\":");
        }
    }
}
