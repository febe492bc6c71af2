package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A Keycloak with the realm of {@code keycloak/reflow-realm.json}, in memory. */
final class KeycloakServer implements AutoCloseable {
    private static final Duration TO_START = Duration.ofMinutes(4);
    private static final Duration TO_ANSWER = Duration.ofSeconds(30);
    private static final String REALM = "/realms/reflow";
    private static final String KEYS = "type=org.keycloak.keys.KeyProvider";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TO_ANSWER)
            .build();

    private final Process process;
    private final String url;

    private KeycloakServer(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** @param home the unpacked distribution */
    static KeycloakServer start(Path home, Path output) throws Exception {
        Path realms = Files.createDirectories(home.resolve("data/import"));
        Files.copy(
                Path.of("src/test/resources/keycloak/reflow-realm.json"),
                realms.resolve("reflow-realm.json"),
                StandardCopyOption.REPLACE_EXISTING);
        int port = ReflowProcess.freePort();
        ProcessBuilder builder = new ProcessBuilder(
                        "bash",
                        home.resolve("bin/kc.sh").toString(),
                        "start-dev",
                        "--db=dev-mem",
                        "--import-realm",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", "admin");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin");
        KeycloakServer server = new KeycloakServer(builder.start(), "http://127.0.0.1:" + port);
        try {
            server.awaitReady(output);
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    private void awaitReady(Path output) {
        await("Keycloak").atMost(TO_START).pollInterval(Duration.ofMillis(500)).until(() -> {
            assertThat(process.isAlive())
                    .as("Keycloak has ended:%n%s", Files.readString(output))
                    .isTrue();
            return isReady();
        });
    }

    private boolean isReady() throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url + REALM)).GET().build();
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** What {@code QUARKUS_OIDC_AUTH_SERVER_URL} has to be. */
    String issuer() {
        return url + REALM;
    }

    String tokenOfPerson(String name) throws IOException, InterruptedException {
        return token(
                REALM, "grant_type=password&client_id=console&username=" + name + "&password=" + name + "-password");
    }

    String tokenOfClient(String client) throws IOException, InterruptedException {
        return token(
                REALM, "grant_type=client_credentials&client_id=" + client + "&client_secret=" + client + "-secret");
    }

    /** A token of the same server, but of another realm. */
    String tokenOfAdministrator() throws IOException, InterruptedException {
        return token("/realms/master", "grant_type=password&client_id=admin-cli&username=admin&password=admin");
    }

    private String token(String realm, String form) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + realm + "/protocol/openid-connect/token"))
                .timeout(TO_ANSWER)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        return send(request).path("access_token").textValue();
    }

    /** Replaces the keys that tokens are signed with; what they have signed is worth nothing any more. */
    void rotateKeys() throws IOException, InterruptedException {
        String realm = admin("", "GET", "").path("id").textValue();
        for (JsonNode key : admin("/components?" + KEYS, "GET", "")) {
            if (key.path("providerId").textValue().equals("rsa-generated")) {
                admin("/components/" + key.path("id").textValue(), "DELETE", "");
            }
        }
        ObjectNode key = JsonNodeFactory.instance
                .objectNode()
                .put("name", "rotated")
                .put("providerId", "rsa-generated")
                .put("providerType", "org.keycloak.keys.KeyProvider")
                .put("parentId", realm);
        ObjectNode config = key.putObject("config");
        config.putArray("priority").add("200");
        config.putArray("algorithm").add("RS256");
        admin("/components", "POST", key.toString());
    }

    private JsonNode admin(String path, String method, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/admin" + REALM + path))
                .timeout(TO_ANSWER)
                .header("Authorization", "Bearer " + tokenOfAdministrator())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return send(request);
    }

    private static JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return MAPPER.readTree(answer.body());
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(TO_ANSWER.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
