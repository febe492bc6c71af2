package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class DeletedFlowsTest {
    private static final FlowBuilder VALID =
            flow().task("in", "webhook_receive", "{}").task("out", "format_data", "{'expression': '1'}");

    @Inject
    Organizations organizations;

    private ApiClient api;
    private String flow;

    @BeforeEach
    void newFlow() {
        api = organizations.create();
        flow = api.createFlow(VALID);
    }

    private List<String> paths() {
        return List.of("", "/versions", "/versions/summary", "/versions/1");
    }

    @Test
    void deletedFlowIsGoneForEverybody() {
        assertThat(api.delete("/api/flows/" + flow).statusCode()).isEqualTo(204);
        for (String path : paths()) {
            assertThat(api.get("/api/flows/" + flow + path).statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(json(api.get("/api/flows"), 200).path("total").intValue()).isZero();
        assertThat(api.delete("/api/flows/" + flow).statusCode()).isEqualTo(404);
        assertThat(api.patch("/api/flows/" + flow, "{'status': 'draft'}").statusCode())
                .isEqualTo(404);
        assertThat(api.patch("/api/flows/" + flow + "/versions/1", "{'name': 'x'}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.request()
                        .post("/api/flows/" + flow + "/versions/1/restore")
                        .statusCode())
                .isEqualTo(404);
        ObjectNode definition = VALID.json().objectNode();
        definition.set("definition", VALID.json());
        assertThat(api.put("/api/flows/" + flow + "/definition", definition).statusCode())
                .isEqualTo(404);
        assertThat(api.put("/api/flows/" + flow + "/task", definition).statusCode())
                .isEqualTo(404);
        assertThat(api.post("/api/flows/" + flow + "/validate", definition).statusCode())
                .isEqualTo(404);
    }

    @Test
    void deletedFlowCannotBeStartedAndItsExecutionsAreNotListed() {
        json(api.get("/api/flow-executions?flow_id=" + flow), 200);
        api.delete("/api/flows/" + flow);
        ObjectNode body = VALID.json().objectNode().put("flow_id", flow);
        body.putObject("input");
        assertThat(api.post("/api/flow-executions", body).statusCode()).isEqualTo(404);
        assertThat(api.get("/api/flow-executions?flow_id=" + flow).statusCode()).isEqualTo(404);
    }

    @Test
    void executionsOutliveTheirFlow() {
        String execution = api.start(flow, "{'a': 1}");
        api.delete("/api/flows/" + flow);
        api.awaitStatus(execution, "completed");
        assertThat(api.output(execution, "in").toString()).isEqualTo("{\"a\":1}");
        assertThat(api.execute(execution, false).statusCode()).isEqualTo(204);
        api.awaitStatus(execution, "completed");
        assertThat(organizations
                        .create()
                        .get("/api/flow-executions/" + execution)
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.delete("/api/flow-executions/" + execution).statusCode()).isEqualTo(204);
        assertThat(api.get("/api/flow-executions/" + execution).statusCode()).isEqualTo(404);
    }

    @Test
    void executionsOfAPrivateFlowStayPrivate() {
        api.patch("/api/flows/" + flow, "{'visibility': 'private'}");
        String execution = api.start(flow, "{}");
        api.delete("/api/flows/" + flow);
        ApiClient colleague = organizations.join(api.organization(), "bob", "app_user");
        assertThat(colleague.get("/api/flow-executions/" + execution).statusCode())
                .isEqualTo(403);
        assertThat(colleague.delete("/api/flow-executions/" + execution).statusCode())
                .isEqualTo(403);
    }

    @Test
    void startsThatRaceWithTheDeletionHappenOrAreNotFound() {
        ObjectNode body = VALID.json().objectNode().put("flow_id", flow);
        body.putObject("input");
        List<CompletableFuture<Integer>> starts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            starts.add(CompletableFuture.supplyAsync(
                    () -> api.post("/api/flow-executions", body).statusCode()));
            if (i == 10) {
                starts.add(CompletableFuture.supplyAsync(
                        () -> api.delete("/api/flows/" + flow).statusCode()));
            }
        }
        assertThat(starts.stream().map(CompletableFuture::join))
                .containsOnlyOnce(204)
                .isSubsetOf(201, 204, 404);
    }
}
