package dev.reflow.ops;

import static dev.reflow.support.ApiClient.json;
import static dev.reflow.support.FlowBuilder.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ExpiryTest {
    private static final FlowBuilder VALID =
            flow().task("in", "webhook_receive", "{}").task("out", "format_data", "{'expression': '1'}");

    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    @Inject
    Expiry expiry;

    @Inject
    ExecutionStore executions;

    private ApiClient api;
    private String flow;

    @BeforeEach
    void newFlow() {
        api = organizations.create();
        flow = api.createFlow(VALID);
    }

    private void keep(int seconds) {
        json(api.patch("/api/flows/" + flow, "{'settings': {'ttl': {'seconds': " + seconds + "}}}"), 200);
    }

    private String finished(int secondsAgo) {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        organizations.execute(
                "update flow_execution set finished_at = clock_timestamp() - $2 * interval '1 second' where id = $1",
                Tuple.of(UUID.fromString(execution), secondsAgo));
        return execution;
    }

    private boolean isThere(String execution) {
        return api.get("/api/flow-executions/" + execution).statusCode() == 200;
    }

    @Test
    void executionIsDeletedThatLongAfterItFinished() {
        keep(3600);
        String old = finished(3700);
        String young = finished(3500);
        expiry.deleteExpired().await().indefinitely();
        assertThat(isThere(old)).isFalse();
        assertThat(isThere(young)).isTrue();
        assertThat(api.tasks(old)).isEmpty();
        assertThat(json(api.get("/api/flow-executions?flow_id=" + flow), 200)).hasSize(1);
        invariants.check(api.organization());
    }

    @Test
    void executionWithoutALimitStays() {
        String old = finished(1_000_000_000);
        expiry.deleteExpired().await().indefinitely();
        assertThat(isThere(old)).isTrue();
        keep(60);
        api.patch("/api/flows/" + flow, "{'settings': {}}");
        expiry.deleteExpired().await().indefinitely();
        assertThat(isThere(old)).isTrue();
    }

    @Test
    void executionThatHasNotEndedStays() {
        String waiting =
                api.createFlow(flow().task("in", "webhook_receive", "{}").task("wait", "wait_for_webhook", "{}"));
        json(api.patch("/api/flows/" + waiting, "{'settings': {'ttl': {'seconds': 60}}}"), 200);
        String execution = api.start(waiting, "{}");
        api.awaitStatus(execution, "awaiting_input");
        expiry.deleteExpired().await().indefinitely();
        assertThat(isThere(execution)).isTrue();
    }

    @Test
    void executionsOfADeletedFlowExpire() {
        keep(60);
        String old = finished(61);
        api.delete("/api/flows/" + flow);
        expiry.deleteExpired().await().indefinitely();
        assertThat(isThere(old)).isFalse();
    }

    @Test
    void deletionIsRecordedAsTheSystems() {
        keep(60);
        String old = finished(61);
        expiry.deleteExpired().await().indefinitely();
        JsonNode record =
                json(api.get("/api/audit-events?thing_id=" + old), 200).path(0);
        assertThat(record.path("operation").textValue()).isEqualTo("ttl");
        assertThat(record.path("credential").textValue()).isEqualTo("system");
    }

    @Test
    void oneTransactionDeletesNoMoreThanItMay() {
        keep(60);
        List<String> old = List.of(finished(61), finished(61), finished(61));
        executions.deleteExpired(2).await().indefinitely();
        assertThat(old.stream().filter(this::isThere).count()).isGreaterThanOrEqualTo(1);
        expiry.deleteExpired().await().indefinitely();
        assertThat(old).noneMatch(this::isThere);
    }
}
