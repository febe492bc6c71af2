package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ServiceAccountsResourceTest {
    private static final String ACCOUNTS = "/api/service-accounts";

    @Inject
    Organizations organizations;

    private ApiClient admin;

    @BeforeEach
    void newOrganization() {
        admin = organizations.create();
    }

    private JsonNode account(String name) {
        return json(admin.post(ACCOUNTS, FlowBuilder.json("{'name': '" + name + "', 'description': 'nightly'}")), 201);
    }

    private JsonNode key(JsonNode account) {
        return json(admin.post(keys(account), FlowBuilder.json("{'name': 'server'}")), 201);
    }

    private static String path(JsonNode account) {
        return ACCOUNTS + "/" + account.path("id").textValue();
    }

    private static String keys(JsonNode account) {
        return path(account) + "/api-keys";
    }

    private ApiClient client(JsonNode key) {
        return new ApiClient(admin.organization(), key.path("token").textValue());
    }

    @Test
    void accountIsCreatedReadChangedAndListed() {
        JsonNode created = account("import");
        assertThat(created.path("status").textValue()).isEqualTo("active");
        assertThat(created.path("organization_id").textValue())
                .isEqualTo(admin.organization().toString());
        JsonNode changed = json(admin.request().body("{\"description\": null}").patch(path(created)), 200);
        assertThat(changed.path("name").textValue()).isEqualTo("import");
        assertThat(changed.path("description").isNull()).isTrue();
        assertThat(changed.path("updated_at").textValue())
                .isGreaterThan(created.path("updated_at").textValue());
        assertThat(json(admin.get(path(created)), 200)).isEqualTo(changed);
        account("second");
        JsonNode list = json(admin.get(ACCOUNTS + "?limit=1"), 200);
        assertThat(list).hasSize(1);
        assertThat(list.path(0).path("name").textValue()).isEqualTo("second");
        assertThat(json(admin.get(ACCOUNTS + "?offset=1&limit=1"), 200)
                        .path(0)
                        .path("name")
                        .textValue())
                .isEqualTo("import");
    }

    @Test
    void keyOpensUntilItIsRevoked() {
        JsonNode account = account("import");
        JsonNode created = key(account);
        assertThat(created.path("token").textValue())
                .startsWith(created.path("token_prefix").textValue());
        assertThat(client(created).get("/api/flows").statusCode()).isEqualTo(200);
        admin.request()
                .delete(keys(account) + "/" + created.path("id").textValue())
                .then()
                .statusCode(204);
        assertThat(client(created).get("/api/flows").statusCode()).isEqualTo(401);
        assertThat(json(admin.get(keys(account)), 200)).isEmpty();
        admin.request()
                .delete(keys(account) + "/" + created.path("id").textValue())
                .then()
                .statusCode(404);
    }

    @Test
    void deletedKeyStaysAsARowAndADeletedAccountDoesNot() {
        JsonNode account = account("import");
        String key = key(account).path("id").textValue();
        Tuple id = Tuple.of(UUID.fromString(key));
        admin.request().delete(keys(account) + "/" + key).then().statusCode(204);
        assertThat(organizations.count(
                        "select count(*) from api_key where id = $1 and deleted_at is not null and modified_by = 'admin'",
                        id))
                .isEqualTo(1);
        admin.request().delete(path(account)).then().statusCode(204);
        assertThat(admin.get(path(account)).statusCode()).isEqualTo(404);
        assertThat(organizations.count(
                        "select count(*) from service_account where id = $1",
                        Tuple.of(UUID.fromString(account.path("id").textValue()))))
                .isZero();
        assertThat(organizations.count("select count(*) from api_key where id = $1", id))
                .isZero();
    }

    @Test
    void statusOfAnAccountIsNotChanged() {
        JsonNode account = account("import");
        JsonNode key = key(account);
        JsonNode patched = json(admin.patch(path(account), "{'status': 'inactive'}"), 200);
        assertThat(patched.path("status").textValue()).isEqualTo("active");
        assertThat(client(key).get("/api/flows").statusCode()).isEqualTo(200);
    }

    @Test
    void tokenIsShownOnceAndKeptAsAHash() {
        JsonNode account = account("import");
        JsonNode created = key(account);
        JsonNode listed = json(admin.get(keys(account)), 200).path(0);
        assertThat(listed.path("id")).isEqualTo(created.path("id"));
        assertThat(listed.has("token")).isFalse();
        assertThat(organizations.count(
                        "select count(*) from api_key k where k::text like '%' || $1 || '%'",
                        Tuple.of(created.path("token").textValue())))
                .isZero();
    }

    @Test
    void keysOfAnInactiveOrDeletedAccountOpenNothing() {
        JsonNode account = account("import");
        JsonNode first = key(account);
        UUID id = UUID.fromString(account.path("id").textValue());
        organizations.execute("update service_account set status = 'inactive' where id = $1", Tuple.of(id));
        assertThat(client(first).get("/api/flows").statusCode()).isEqualTo(401);
        organizations.execute("update service_account set status = 'active' where id = $1", Tuple.of(id));
        assertThat(client(first).get("/api/flows").statusCode()).isEqualTo(200);
        admin.request().delete(path(account)).then().statusCode(204);
        assertThat(client(first).get("/api/flows").statusCode()).isEqualTo(401);
        assertThat(admin.get(keys(account)).statusCode()).isEqualTo(404);
    }

    @Test
    void keyIsRenamed() {
        JsonNode account = account("import");
        JsonNode created = key(account);
        String path = keys(account) + "/" + created.path("id").textValue();
        JsonNode renamed = json(admin.request().body("{\"name\": \"other\"}").patch(path), 200);
        assertThat(renamed.path("name").textValue()).isEqualTo("other");
        JsonNode elsewhere = account("second");
        assertThat(admin.request()
                        .body("{}")
                        .patch(keys(elsewhere) + "/" + created.path("id").textValue())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void onlyAdministratorsMayDoThis() {
        JsonNode account = account("import");
        for (String role : new String[] {"backoffice", "publisher", "app_user", "integration", "worker"}) {
            ApiClient other = organizations.join(admin.organization(), role, role);
            assertThat(other.get(ACCOUNTS).statusCode()).isEqualTo(403);
            assertThat(other.post(keys(account), FlowBuilder.json("{'name': 'x'}"))
                            .statusCode())
                    .isEqualTo(403);
            assertThat(other.request().delete(path(account)).statusCode()).isEqualTo(403);
        }
        assertThat(json(organizations.join(admin.organization(), "w", "worker").get(ACCOUNTS), 403)
                        .at("/error/code")
                        .textValue())
                .isEqualTo("forbidden");
    }

    @Test
    void otherOrganizationsSeeNothing() {
        JsonNode account = account("import");
        JsonNode key = key(account);
        ApiClient foreign = organizations.create();
        assertThat(foreign.get(path(account)).statusCode()).isEqualTo(404);
        assertThat(foreign.get(keys(account)).statusCode()).isEqualTo(404);
        assertThat(foreign.post(keys(account), FlowBuilder.json("{'name': 'x'}"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(foreign.request().body("{}").patch(path(account)).statusCode())
                .isEqualTo(404);
        assertThat(foreign.request().delete(path(account)).statusCode()).isEqualTo(404);
        assertThat(foreign.request()
                        .delete(keys(account) + "/" + key.path("id").textValue())
                        .statusCode())
                .isEqualTo(404);
        assertThat(client(key).get("/api/flows").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'name': 1}", "{'name': null}", "[]", "{'name': 'x', 'description': 5}"})
    void malformedBodyIsRefused(String body) {
        Response answer = admin.post(ACCOUNTS, FlowBuilder.json(body));
        assertThat(json(answer, 422).at("/error/code").textValue()).isEqualTo("validation_error");
    }

    @Test
    void nameHasALimit() {
        assertThat(admin.post(ACCOUNTS, FlowBuilder.json("{'name': '" + "x".repeat(256) + "'}"))
                        .statusCode())
                .isEqualTo(422);
    }
}
