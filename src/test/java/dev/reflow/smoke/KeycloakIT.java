package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reflow.support.TokenProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of a real Keycloak, as README sets it up. Its end is the last test: it takes a minute to start another one. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeycloakIT {
    private static final String KEY = "saf_keycloak";
    private static final String ORGANIZATION = "5b0f6ad2-3f0a-4a0e-9d57-0f4f6a6b7c11";
    private static final String FLOWS = "/api/flows";
    private static final String ACCOUNTS = "/api/service-accounts";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    static Path temp;

    static KeycloakServer keycloak;
    static ReflowProcess service;

    @BeforeAll
    static void start() throws Exception {
        keycloak = KeycloakServer.start(
                Path.of(System.getProperty("keycloak.home")), temp.toRealPath().resolve("keycloak.txt"));
        service = start("data");
    }

    private static ReflowProcess start(String folder) throws Exception {
        return ReflowProcess.start(
                temp.toRealPath().resolve(folder),
                Map.of(
                        "REFLOW_BOOTSTRAP_API_KEY",
                        KEY,
                        "QUARKUS_OIDC_AUTH_SERVER_URL",
                        keycloak.issuer(),
                        "REFLOW_SECURITY_CREATE_ORGANIZATIONS",
                        "true"));
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
        }
        if (keycloak != null) {
            keycloak.close();
        }
    }

    private static HttpResponse<String> request(
            ReflowProcess service, String path, String token, String method, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(service.url() + path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        return request(service, path, token, "GET", "");
    }

    private static void isRefused(String token) throws Exception {
        HttpResponse<String> answer = get(FLOWS, token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(answer.body()).contains("\"code\":\"unauthorized\"");
    }

    private static JsonNode claims(String token) throws Exception {
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    }

    @Test
    void personHasRolesAndOrganization() throws Exception {
        String alice = keycloak.tokenOfPerson("alice");
        HttpResponse<String> created = request(service, ACCOUNTS, alice, "POST", "{\"name\": \"import\"}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        JsonNode account = new ObjectMapper().readTree(created.body());
        assertThat(account.path("organization_id").textValue()).isEqualTo(ORGANIZATION);
        assertThat(account.path("modified_by").textValue())
                .isEqualTo(claims(alice).path("sub").textValue());
        assertThat(service.client(KEY).get(ACCOUNTS).expect(200).text()).doesNotContain("import");
    }

    @Test
    void otherRolesMayLess() throws Exception {
        String bob = keycloak.tokenOfPerson("bob");
        assertThat(get(FLOWS, bob).statusCode()).isEqualTo(200);
        assertThat(get(ACCOUNTS, bob).statusCode()).isEqualTo(403);
    }

    @Test
    void clientActsForItself() throws Exception {
        String importer = keycloak.tokenOfClient("importer");
        assertThat(get(FLOWS, importer).statusCode()).isEqualTo(200);
        assertThat(get(ACCOUNTS, importer).statusCode()).isEqualTo(403);
    }

    @Test
    void personWithoutOrganizationIsForbidden() throws Exception {
        HttpResponse<String> answer = get(FLOWS, keycloak.tokenOfPerson("carol"));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("organization_id");
    }

    @Test
    void tokenForAnotherAudienceIsRefused() throws Exception {
        isRefused(keycloak.tokenOfClient("elsewhere"));
    }

    @Test
    void tokenOfAnotherRealmIsRefused() throws Exception {
        isRefused(keycloak.tokenOfAdministrator());
    }

    @Test
    void expiredTokenIsRefused() throws Exception {
        String token = keycloak.tokenOfClient("short-lived");
        assertThat(get(FLOWS, token).statusCode()).isEqualTo(200);
        Instant expiry = Instant.ofEpochSecond(claims(token).path("exp").longValue());
        await().atMost(Duration.ofSeconds(30)).until(() -> Instant.now().isAfter(expiry.plusSeconds(1)));
        isRefused(token);
    }

    @Test
    void foreignSignatureIsRefused() throws Exception {
        String token = keycloak.tokenOfPerson("alice");
        isRefused(TokenProvider.resign(token));
        isRefused(token.substring(0, token.lastIndexOf('.') + 1) + "AAAA");
    }

    @Test
    void newKeysAreFetchedAndOldOnesForgotten() throws Exception {
        String before = keycloak.tokenOfPerson("bob");
        assertThat(get(FLOWS, before).statusCode()).isEqualTo(200);
        keycloak.rotateKeys();
        assertThat(get(FLOWS, keycloak.tokenOfPerson("bob")).statusCode()).isEqualTo(200);
        isRefused(before);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void withoutKeycloakKeysAndKnownTokensGoOn() throws Exception {
        String known = keycloak.tokenOfPerson("bob");
        assertThat(get(FLOWS, known).statusCode()).isEqualTo(200);
        keycloak.close();
        assertThat(get(FLOWS, known).statusCode()).isEqualTo(200);
        service.client(KEY).get(FLOWS).expect(200);
        assertThat(service.client("").readiness()).isEqualTo(200);
        try (ReflowProcess late = start("late")) {
            late.client(KEY).get(FLOWS).expect(200);
            HttpResponse<String> answer = request(late, FLOWS, known, "GET", "");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(answer.body()).contains("\"code\":\"unavailable\"");
        }
    }
}
