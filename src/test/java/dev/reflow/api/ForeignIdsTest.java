package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.EventSocket;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What belongs to another organization is not there, at any operation. */
@QuarkusTest
class ForeignIdsTest {
    @Inject
    Organizations organizations;

    @Test
    void foreignIdIsAnsweredLikeAnAbsentOneByEveryOperation() {
        ApiClient owner = organizations.create();
        ApiClient stranger = organizations.create();
        Map<String, String> foreign = Things.of(owner, owner, "public");
        Map<String, String> absent = Things.saidToBeOf(stranger, Things.absent(foreign));
        List<String> before = rows(owner.organization());

        List<ServedOperation> operations = ServedOperation.all().stream()
                .filter(ServedOperation::namesSomething)
                .toList();

        assertThat(operations).hasSizeGreaterThan(20).allSatisfy(operation -> {
            ObjectNode answered = notFound(operation.send(stranger, absent));
            assertThat(notFound(operation.send(stranger, foreign))).isEqualTo(answered);
            assertThat(notFound(operation.send(stranger, Things.saidToBeOf(stranger, foreign))))
                    .isEqualTo(answered);
        });
        assertThat(rows(owner.organization())).isEqualTo(before);
    }

    @Test
    void ownThingThatIsSaidToBeOfAnotherOrganizationIsAnsweredLikeAnAbsentOne() {
        ApiClient api = organizations.create();
        Map<String, String> own = Things.of(api, api, "public");
        Map<String, String> absent = Things.saidToBeOf(api, Things.absent(own));
        List<String> before = rows(api.organization());

        List<ServedOperation> operations = ServedOperation.all().stream()
                .filter(ServedOperation::namesOrganization)
                .toList();

        assertThat(operations)
                .hasSize(2)
                .allSatisfy(operation -> assertThat(
                                notFound(operation.send(api, Things.saidToBeOf(organizations.create(), own))))
                        .isEqualTo(notFound(operation.send(api, absent))));
        assertThat(rows(api.organization())).isEqualTo(before);
    }

    @Test
    void eventsOfAForeignFlowAreLikeThoseOfAnAbsentOne() {
        ApiClient owner = organizations.create();
        ApiClient stranger = organizations.create();
        String foreign = Things.of(owner, owner, "public").get("flow_id");

        assertThat(notFound(EventSocket.answer(stranger.request(), foreign)))
                .isEqualTo(notFound(
                        EventSocket.answer(stranger.request(), UUID.randomUUID().toString())));
    }

    private static ObjectNode notFound(Response answer) {
        ObjectNode body = (ObjectNode) json(answer, 404);
        assertThat(body.remove("request_id").textValue()).isEqualTo(answer.header("X-Request-ID"));
        return body;
    }

    @Test
    void listsOfAForeignExecutionAreLikeThoseOfAnAbsentOne() {
        ApiClient owner = organizations.create();
        ApiClient stranger = organizations.create();
        Map<String, String> foreign = Things.of(owner, owner, "public");
        String ownFlow = Things.of(stranger, stranger, "public").get("flow_id");
        String cursor = "/api/flow-executions?flow_id=" + ownFlow + "&start_from_execution_id=";

        assertThat(stranger.tasks(foreign.get("flow_execution_id"))).isEmpty();
        assertThat(json(stranger.get(cursor + foreign.get("flow_execution_id")), 200))
                .isEqualTo(json(stranger.get(cursor + UUID.randomUUID()), 200))
                .isEmpty();
    }

    private List<String> rows(UUID organization) {
        return List.of(
                        "flow",
                        "flow_execution",
                        "task_execution",
                        "task_output",
                        "webhook_data",
                        "service_account",
                        "api_key")
                .stream()
                .map(table -> organizations.textOf(
                        "select coalesce(string_agg((to_jsonb(r) - 'last_used_at')::text, '; ' order by r.id), '') from "
                                + table
                                + " r where r.organization_id = $1",
                        Tuple.of(organization)))
                .toList();
    }
}
