package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.support.TokenProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services that start while their provider of tokens is not there. */
class ProviderOutageIT {
    private static final String KEY = "saf_provider-outage";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path temp;

    private ReflowProcess start(String provider) throws Exception {
        return ReflowProcess.start(
                temp.toRealPath().resolve("data"),
                Map.of(
                        "REFLOW_BOOTSTRAP_API_KEY",
                        KEY,
                        "QUARKUS_OIDC_AUTH_SERVER_URL",
                        provider,
                        "REFLOW_SECURITY_PROVIDER_TIMEOUT",
                        "1s"));
    }

    private static HttpResponse<String> get(ReflowProcess service, String token) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(service.url() + "/api/flows"))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void isUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.body()).contains("\"code\":\"unavailable\"");
    }

    private static String token(TokenProvider provider, ReflowProcess service) {
        return provider.sign(provider.claims()
                .put("organization_id", service.awaitFirstStartText().organization()));
    }

    private static void awaitAcceptance(ReflowProcess service, String token) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> get(service, token).statusCode() == 200);
    }

    @Test
    void providerThatIsNotThereIsMetOnceItIs() throws Exception {
        int port = ReflowProcess.freePort();
        try (ReflowProcess service = start("http://127.0.0.1:" + port)) {
            service.client(KEY).get("/api/flows").expect(200);
            isUnavailable(get(service, "a.b.c"));
            assertThat(service.client("").readiness()).isEqualTo(200);
            try (TokenProvider provider = new TokenProvider(port)) {
                awaitAcceptance(service, token(provider, service));
            }
        }
    }

    @Test
    void providerThatHangsHoldsNobodyForLong() throws Exception {
        try (TokenProvider provider = new TokenProvider(0)) {
            provider.mode(TokenProvider.Mode.HANG);
            try (ReflowProcess service = start(provider.url())) {
                service.client(KEY).get("/api/flows").expect(200);
                long began = System.nanoTime();
                isUnavailable(get(service, "a.b.c"));
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
                provider.mode(TokenProvider.Mode.FAIL);
                isUnavailable(get(service, "a.b.c"));
                provider.mode(TokenProvider.Mode.ANSWER);
                awaitAcceptance(service, token(provider, service));
            }
        }
    }
}
