package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FlowExecutionStatusResourceTest {
    private static final FlowBuilder VALID =
            flow().task("in", "webhook_receive", "{}").task("out", "format_data", "{'expression': '1'}");

    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    private ApiClient api;
    private String flow;

    @BeforeEach
    void newFlow() {
        api = organizations.create();
        flow = api.createFlow(VALID);
    }

    private static Response move(ApiClient client, String execution, String status) {
        return client.request().patch("/api/flow-executions/" + execution + "/status?status=" + status);
    }

    @Test
    void everyStatusCanBeShown() {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        JsonNode before = api.execution(execution);
        for (ExecutionStatus status : ExecutionStatus.values()) {
            JsonNode moved = json(move(api, execution, status.code()), 200);
            assertThat(moved.path("status").textValue()).isEqualTo(status.code());
            assertThat(api.execution(execution)).isEqualTo(moved);
            assertThat(moved.path("updated_at").textValue())
                    .isGreaterThan(before.path("updated_at").textValue());
        }
        assertThat(api.tasks(execution)).hasSize(2);
        invariants.check(api.organization());
    }

    @Test
    void engineGoesOnWhateverTheLabelSays() {
        String waiting =
                api.createFlow(flow().task("in", "webhook_receive", "{}").task("wait", "wait_for_webhook", "{}"));
        for (String label : List.of("completed", "queued", "cancelled", "deleted")) {
            String execution = api.start(waiting, "{}");
            api.awaitStatus(execution, "awaiting_input");
            json(move(api, execution, label), 200);
            ObjectNode data = VALID.json().objectNode().put("task_name", "wait");
            data.putObject("data");
            json(api.post("/api/flow-executions/" + execution + "/webhook-data", data), 200);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> api.task(execution, "wait")
                            .path("processing_status")
                            .textValue()
                            .equals("completed"));
            api.awaitStatus(execution, "completed");
        }
        invariants.check(api.organization());
    }

    @Test
    void finishedExecutionThatSeemsToRunIsReExecuted() {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        move(api, execution, "running");
        assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "completed");
        assertThat(api.task(execution, "out").path("task_execution_idx").intValue())
                .isEqualTo(1);
    }

    @Test
    void unknownStatusIsRefused() {
        String execution = api.start(flow, "{}");
        for (String status : List.of("done", "COMPLETED", "\u0000")) {
            assertThat(json(move(api, execution, status), 422).path("detail").findValuesAsText("type"))
                    .containsExactly("enum");
        }
        assertThat(json(api.request().patch("/api/flow-executions/x/status"), 422)
                        .path("detail")
                        .findValuesAsText("type"))
                .containsExactlyInAnyOrder("uuid_parsing", "missing");
    }

    @Test
    void othersMoveNothing() {
        String execution = api.start(flow, "{}");
        assertThat(move(organizations.create(), execution, "failed").statusCode())
                .isEqualTo(404);
        assertThat(move(api, UUID.randomUUID().toString(), "failed").statusCode())
                .isEqualTo(404);
        api.patch("/api/flows/" + flow, "{'visibility': 'private'}");
        assertThat(move(organizations.join(api.organization(), "bob", "app_user"), execution, "failed")
                        .statusCode())
                .isEqualTo(403);
        api.delete("/api/flow-executions/" + execution);
        assertThat(move(api, execution, "failed").statusCode()).isEqualTo(404);
    }
}
