package dev.reflow.ops;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import dev.reflow.usecase.FollowNewVersions;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With rounds that begin when the test says so, and with nobody else's. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class VersionFollowerTest {
    private static final int ALL = 1_000_000;

    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    @Inject
    Rounds rounds;

    @Inject
    Scheduler scheduler;

    @Inject
    FollowNewVersions followNewVersions;

    @Inject
    ExecutionStore executions;

    private ApiClient api;
    private String flow;

    private static FlowBuilder waiting(int number) {
        return flow().task("in", "webhook_receive", "{}")
                .task("wait", "wait_for_webhook", "{}")
                .task("out", "format_data", "{'expression': '" + number + "'}");
    }

    @BeforeEach
    void newFlow() {
        scheduler.pause();
        round(ALL);
        api = organizations.create();
        ObjectNode body =
                (ObjectNode) FlowBuilder.json("{'display_name': 'x', 'settings': {'reexecute_on_update': true}}");
        body.set("definition", waiting(1).json());
        flow = json(api.post("/api/flows", body), 201).path("id").textValue();
    }

    @AfterEach
    void invariantsHold() {
        scheduler.resume();
        invariants.check(api.organization());
    }

    private void round(int perSecond) {
        new VersionFollower(rounds, followNewVersions, perSecond)
                .follow()
                .await()
                .indefinitely();
    }

    private String started() {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "awaiting_input");
        return execution;
    }

    private void finish(String execution) {
        json(
                api.post(
                        "/api/flow-executions/" + execution + "/webhook-data",
                        FlowBuilder.json("{'task_name': 'wait', 'data': {}}")),
                200);
        api.awaitStatus(execution, "completed");
    }

    private String finished() {
        String execution = started();
        finish(execution);
        return execution;
    }

    private int version(String execution) {
        return api.execution(execution).path("flow_version").intValue();
    }

    @Test
    void roundFollowsNoMoreThanItMay() {
        List<String> finished = List.of(finished(), finished(), finished());
        api.putDefinition(flow, waiting(2));
        round(2);
        assertThat(finished.stream().filter(execution -> version(execution) == 2))
                .hasSize(2);
        round(2);
        assertThat(finished).allMatch(execution -> version(execution) == 2);
    }

    @Test
    void cancelledExecutionStays() {
        String cancelled = started();
        api.request().post("/api/flow-executions/" + cancelled + "/cancel");
        api.awaitStatus(cancelled, "cancelled");
        String other = finished();
        api.putDefinition(flow, waiting(2));
        round(ALL);
        assertThat(version(cancelled)).isEqualTo(1);
        assertThat(version(other)).isEqualTo(2);
    }

    @Test
    void executionThatIsActiveFollowsOnceItHasFinished() {
        String execution = started();
        api.putDefinition(flow, waiting(2));
        round(ALL);
        assertThat(version(execution)).isEqualTo(1);
        finish(execution);
        round(ALL);
        assertThat(version(execution)).isEqualTo(2);
    }

    /** Its version is not followed, and neither is it tried for ever. */
    @Test
    void keyThatAClientHasUsedIsTheClients() {
        String execution = finished();
        api.request()
                .header("Idempotency-Key", "update:2")
                .post("/api/flow-executions/" + execution + "/execute?only_stale=true");
        api.awaitStatus(execution, "completed");
        api.putDefinition(flow, waiting(2));
        assertThat(executions.findOutdated(ALL).await().indefinitely())
                .noneMatch(outdated -> outdated.execution().value().equals(UUID.fromString(execution)));
        api.putDefinition(flow, waiting(3));
        round(ALL);
        assertThat(version(execution)).isEqualTo(3);
        assertThat(organizations.textOf(
                        "select string_agg(idempotency_key, ' ' order by generation) from generation"
                                + " where flow_execution_id = $1 and generation > 1",
                        Tuple.of(UUID.fromString(execution))))
                .isEqualTo("update:2 update:3");
    }
}
