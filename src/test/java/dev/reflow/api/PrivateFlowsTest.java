package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.organization.Permission;
import dev.reflow.support.ApiClient;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who a private flow, and what belongs to it, is there for. */
@QuarkusTest
class PrivateFlowsTest {
    @Inject
    Organizations organizations;

    private ApiClient administrator;
    private ApiClient creator;
    private Map<String, String> things;

    @BeforeEach
    void privateFlow() {
        administrator = organizations.create();
        creator = organizations.join(administrator.organization(), "ada", "backoffice", "integration");
        things = Things.of(creator, administrator, "private");
    }

    /** Reads come first and removals last. */
    private Stream<ServedOperation> operationsOnFlows() {
        return ServedOperation.all().stream()
                .filter(ServedOperation::namesSomething)
                .filter(operation -> operation.permission() != Permission.ADMINISTER)
                .sorted(Comparator.comparing(operation ->
                        List.of("get", "put", "post", "patch", "delete").indexOf(operation.method())));
    }

    @Test
    void colleagueOfTheSameNameIsForbiddenEverything() {
        ApiClient namesake = organizations.join(
                administrator.organization(), "ada", "backoffice", "publisher", "app_user", "integration");
        assertThat(operationsOnFlows())
                .hasSizeGreaterThan(15)
                .allSatisfy(operation -> assertThat(json(operation.send(namesake, things), 403)
                                .at("/error/code")
                                .textValue())
                        .isEqualTo("forbidden"));
        assertThat(json(namesake.get("/api/flows"), 200).path("total").intValue())
                .isZero();
        assertThat(json(namesake.get("/api/task-executions"), 200).path("task_executions"))
                .isEmpty();
        assertThat(namesake.tasks(things.get("flow_execution_id"))).isEmpty();
    }

    @Test
    void creatorIsForbiddenNothing() {
        assertNothingIsForbidden(creator);
    }

    @Test
    void administratorIsForbiddenNothing() {
        assertNothingIsForbidden(
                organizations.join(administrator.organization(), "another", "org_admin", "integration"));
    }

    private void assertNothingIsForbidden(ApiClient client) {
        assertThat(json(client.get("/api/flows"), 200).path("total").intValue()).isOne();
        assertThat(client.tasks(things.get("flow_execution_id"))).hasSize(2);
        assertThat(operationsOnFlows())
                .filteredOn(operation -> !operation.isStream())
                .allSatisfy(
                        operation -> assertThat(operation.send(client, things).statusCode())
                                .isNotIn(401, 403)
                                .isLessThan(500));
    }

    @Test
    void flowStaysItsCreatorsWhenTheAccountIsRenamed() {
        organizations.execute(
                "update service_account set name = 'countess' where organization_id = $1 and name = 'ada'",
                Tuple.of(administrator.organization()));
        assertThat(creator.get("/api/flows/" + things.get("flow_id")).statusCode())
                .isEqualTo(200);
    }
}
