package dev.reflow.security;

import static dev.reflow.support.ApiClient.json;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.organization.Role;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import dev.reflow.support.TestProvider;
import dev.reflow.support.TokenProvider;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@QuarkusTestResource(TestProvider.class)
class BearerTokensTest {
    private static final String FLOWS = "/api/flows";
    private static final String ACCOUNTS = "/api/service-accounts";

    TokenProvider provider;

    @Inject
    Organizations organizations;

    @Inject
    OrganizationStore store;

    private ApiClient api;

    @BeforeEach
    void createOrganization() {
        api = organizations.create();
    }

    @AfterEach
    void endOutage() {
        provider.mode(TokenProvider.Mode.ANSWER);
    }

    private ObjectNode claims() {
        return provider.claims().put("organization_id", api.organization().toString());
    }

    private static Response get(String path, String token) {
        return given().header("Authorization", "Bearer " + token).get(path);
    }

    private static void isRefused(Response answer) {
        JsonNode body = json(answer, 401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(body.at("/error/code").textValue()).isEqualTo("unauthorized");
        assertThat(body.path("request_id").textValue()).isEqualTo(answer.header("X-Request-ID"));
    }

    private static void isForbidden(Response answer, String... words) {
        JsonNode error = json(answer, 403).path("error");
        assertThat(error.path("code").textValue()).isEqualTo("forbidden");
        assertThat(List.of(words))
                .allSatisfy(
                        word -> assertThat(error.path("message").textValue()).contains(word));
    }

    private static void isUnavailable(Response answer) {
        assertThat(json(answer, 503).at("/error/code").textValue()).isEqualTo("unavailable");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void tokenOpensItsOrganization() {
        String flow = api.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}"));
        String token = provider.sign(claims());
        assertThat(json(get(FLOWS, token), 200).toString()).contains(flow);
        String elsewhere = provider.sign(provider.claims()
                .put("organization_id", organizations.create().organization().toString()));
        assertThat(get(FLOWS + "/" + flow, elsewhere).statusCode()).isEqualTo(404);
    }

    @Test
    void subjectIsWrittenDownAsAuthor() {
        String token = provider.sign(administrator(claims().put("sub", "alice")));
        JsonNode account = json(
                given().header("Authorization", "Bearer " + token)
                        .contentType("application/json")
                        .body("{\"name\": \"import\"}")
                        .post(ACCOUNTS),
                201);
        assertThat(account.path("modified_by").textValue()).isEqualTo("alice");
        JsonNode record = json(get("/api/audit-events", token), 200).get(0);
        assertThat(record.path("thing_id")).isEqualTo(account.path("id"));
        assertThat(record.path("subject").textValue()).isEqualTo("alice");
        assertThat(record.path("credential").textValue()).isEqualTo("token");
    }

    private static ObjectNode administrator(ObjectNode claims) {
        claims.putArray("roles").add("org_admin").add("offline_access");
        return claims;
    }

    @Test
    void rolesDecideWhatIsAllowed() {
        assertThat(get(ACCOUNTS, provider.sign(administrator(claims()))).statusCode())
                .isEqualTo(200);
        isForbidden(get(ACCOUNTS, provider.sign(claims())));
        isForbidden(get(ACCOUNTS, provider.sign(claims().put("roles", "worker"))));
        assertThat(get(ACCOUNTS, provider.sign(claims().put("roles", "worker org_admin")))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void nestedRolesAreFound() {
        ObjectNode claims = claims();
        claims.putObject("realm_access").putArray("roles").add("org_admin");
        assertThat(get(ACCOUNTS, provider.sign(claims)).statusCode()).isEqualTo(200);
    }

    @Test
    void expiredTokenIsRefused() {
        isRefused(get(
                FLOWS, provider.sign(claims().put("exp", claims().path("iat").longValue() - 10))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"exp", "iat", "aud", "iss", "sub"})
    void incompleteTokenIsRefused(String claim) {
        ObjectNode claims = claims();
        claims.remove(claim);
        isRefused(get(FLOWS, provider.sign(claims)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"aud", "iss"})
    void tokenForOrOfSomebodyElseIsRefused(String claim) {
        isRefused(get(FLOWS, provider.sign(claims().put(claim, "https://elsewhere.example"))));
    }

    @Test
    void foreignSignatureIsRefused() {
        isRefused(get(FLOWS, provider.forge(claims())));
        isRefused(get(FLOWS, provider.signElsewhere(claims())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "a.b",
                "..",
                "a.b.c",
                "a.b.c.d.e",
                "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
                "eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
                "eyJhbGciOiJIUzI1NiIsImtpZCI6IngifQ.e30.AAAA"
            })
    void whatIsNoTokenIsRefused(String token) {
        isRefused(get(FLOWS, token));
    }

    @Test
    void newKeyIsFetchedAndOldOneForgotten() {
        String before = provider.sign(claims());
        assertThat(get(FLOWS, before).statusCode()).isEqualTo(200);
        provider.rotate();
        assertThat(get(FLOWS, provider.sign(claims())).statusCode()).isEqualTo(200);
        isRefused(get(FLOWS, before));
    }

    @Test
    void nobodyIsRefusedWhileANewKeyIsFetched() throws Exception {
        assertThat(get(FLOWS, provider.sign(claims())).statusCode()).isEqualTo(200);
        provider.rotate();
        String token = provider.sign(claims());
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            Callable<Integer> request = () -> get(FLOWS, token).statusCode();
            List<Integer> answers = new ArrayList<>();
            for (Future<Integer> answer : clients.invokeAll(Collections.nCopies(16, request))) {
                answers.add(answer.get());
            }
            assertThat(answers).containsOnly(200);
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void knownKeysAreNotAskedForAgain() {
        String token = provider.sign(claims());
        assertThat(get(FLOWS, token).statusCode()).isEqualTo(200);
        int asked = provider.keyRequests();
        for (int i = 0; i < 5; i++) {
            assertThat(get(FLOWS, token).statusCode()).isEqualTo(200);
        }
        assertThat(provider.keyRequests()).isEqualTo(asked);
    }

    @Test
    void providerIsNotFloodedThroughThisService() {
        assertThat(get(FLOWS, provider.sign(claims())).statusCode()).isEqualTo(200);
        String invented = provider.signElsewhere(claims());
        int asked = provider.keyRequests();
        long began = System.nanoTime();
        int unavailable = 0;
        for (int i = 0; i < 300; i++) {
            unavailable += get(FLOWS, invented).statusCode() == 503 ? 1 : 0;
        }
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 2;
        assertThat(provider.keyRequests() - asked).isEqualTo(300 - unavailable).isLessThanOrEqualTo((int) seconds * 50);
        await().until(() -> get(FLOWS, invented).statusCode() == 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAIL", "HANG"})
    void outageConcernsOnlyTokensOfUnknownKeys(TokenProvider.Mode outage) {
        String known = provider.sign(claims());
        assertThat(get(FLOWS, known).statusCode()).isEqualTo(200);
        provider.mode(outage);
        provider.rotate();
        String unknown = provider.sign(claims());
        isUnavailable(get(FLOWS, unknown));
        isUnavailable(get(FLOWS, unknown));
        assertThat(get(FLOWS, known).statusCode()).isEqualTo(200);
        assertThat(api.get(FLOWS).statusCode()).isEqualTo(200);
        assertThat(given().get("/q/health/ready").statusCode()).isEqualTo(200);
        provider.mode(TokenProvider.Mode.ANSWER);
        assertThat(get(FLOWS, unknown).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "acme", "1-1-1-1-1"})
    void tokenWithoutOrganizationIsForbidden(String organization) {
        isForbidden(get(FLOWS, provider.sign(provider.claims())), "organization_id");
        isForbidden(get(FLOWS, provider.sign(claims().put("organization_id", organization))), "organization_id");
    }

    @Test
    void tokenWithTwoOrganizationsIsForbidden() {
        ObjectNode claims = claims();
        claims.putArray("organization_id")
                .add(api.organization().toString())
                .add(organizations.create().organization().toString());
        isForbidden(get(FLOWS, provider.sign(claims)), "organization_id");
    }

    @Test
    void unknownOrganizationIsForbidden() {
        UUID unknown = UUID.randomUUID();
        String token = provider.sign(provider.claims().put("organization_id", unknown.toString()));
        isForbidden(get(FLOWS, token), unknown.toString());
        organizations.execute("insert into organization (id, name) values ($1, 'late')", Tuple.of(unknown));
        assertThat(get(FLOWS, token).statusCode()).isEqualTo(200);
    }

    @Test
    void unknownOrganizationIsCreatedWhereThatIsConfigured() {
        UUID unknown = UUID.randomUUID();
        ObjectNode claims = (ObjectNode) FlowBuilder.json("{'who': {'id': 'alice'}, 'groups': ['worker', 'staff']}");
        claims.putObject("organization").putObject("acme").put("id", unknown.toString());
        Caller caller =
                new TokenCallers(store, new Creating()).of(claims).await().atMost(Duration.ofSeconds(10));
        assertThat(caller.organization().value()).isEqualTo(unknown);
        assertThat(caller.name()).isEqualTo("alice");
        assertThat(caller.roles()).containsExactly(Role.WORKER);
        new TokenCallers(store, new Creating()).of(claims).await().atMost(Duration.ofSeconds(10));
        assertThat(organizations.count("select count(*) from organization where id = $1", Tuple.of(unknown)))
                .isEqualTo(1);
        assertThat(organizations.count(
                        "select count(*) from audit_event where organization_id = $1 and thing_id = $1"
                                + " and operation = 'create_organization' and name = 'alice' and credential = 'system'",
                        Tuple.of(unknown)))
                .isEqualTo(1);
    }

    /** Other claims, and new organizations. */
    private record Creating() implements SecurityConfig, SecurityConfig.Claims {
        @Override
        public Claims claims() {
            return this;
        }

        @Override
        public boolean createOrganizations() {
            return true;
        }

        @Override
        public Duration providerTimeout() {
            return Duration.ofSeconds(5);
        }

        @Override
        public ClaimPath subject() {
            return ClaimPath.of("who.id");
        }

        @Override
        public ClaimPath organization() {
            return ClaimPath.of("organization.*.id");
        }

        @Override
        public List<ClaimPath> roles() {
            return List.of(ClaimPath.of("groups"));
        }
    }

    @Test
    void keyCountsWhenThereAreBoth() {
        String flow = api.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}"));
        assertThat(json(api.request().header("Authorization", "Bearer nonsense").get(FLOWS), 200)
                        .toString())
                .contains(flow);
        isRefused(given().header("X-API-Key", "saf_nonsense")
                .header("Authorization", "Bearer " + provider.sign(claims()))
                .get(FLOWS));
    }

    @Test
    void otherSchemesAreNoToken() {
        isRefused(given().header("Authorization", "Basic eDp5").get(FLOWS));
        assertThat(api.request()
                        .header("Authorization", "Basic eDp5")
                        .get(FLOWS)
                        .statusCode())
                .isEqualTo(200);
    }
}
