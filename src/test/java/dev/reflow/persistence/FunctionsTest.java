package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.OwnerPool;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the functions of the database lock, in which order, and what they read. */
@QuarkusTest
@TestProfile(FunctionsTest.WithoutEngine.class)
class FunctionsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(15);

    @Inject
    Organizations organizations;

    @Inject
    OwnerPool owner;

    private ApiClient api;
    private String flow;

    /** Nobody but the test takes anything up. */
    public static class WithoutEngine implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("reflow.engine.enabled", "false", "quarkus.flyway.migrate-at-start", "true");
        }
    }

    @BeforeEach
    void createFlow() {
        api = organizations.create();
        flow = api.createFlow(FlowBuilder.flow().task("a", "webhook_receive", "{}"));
    }

    @AfterEach
    void leaveNothing() {
        organizations.execute(
                "update flow_execution set active = false, owner = null, wake_at = null, queued_at = null"
                        + " where organization_id = $1",
                Tuple.of(api.organization()));
    }

    private List<UUID> start(int executions) {
        return Stream.generate(() -> UUID.fromString(api.start(flow, "{}")))
                .limit(executions)
                .toList();
    }

    private static Uni<RowSet<Row>> run(SqlClient client, String sql, Object... arguments) {
        return client.preparedQuery(sql).execute(Tuple.from(arguments));
    }

    private void limit(int executions) {
        organizations.execute(
                "update organization set max_concurrent_executions = $2 where id = $1",
                Tuple.of(api.organization(), executions));
    }

    private List<UUID> queued() {
        return Stream.of(run(
                                owner.pool(),
                                "select coalesce(array_agg(id order by queued_at), '{}') from flow_execution"
                                        + " where organization_id = $1 and queued_at is not null",
                                api.organization())
                        .await()
                        .atMost(LONG_ENOUGH)
                        .iterator()
                        .next()
                        .getArrayOfUUIDs(0))
                .toList();
    }

    @Test
    void promotionNeitherWaitsForWhatSomebodyHasLockedNorForgetsIt() {
        limit(1);
        List<UUID> executions = start(4).subList(1, 4);
        assertThat(queued()).isEqualTo(executions);
        limit(3);
        owner.pool()
                .withTransactionAndAwait(client -> run(
                                client, "select 1 from flow_execution where id = $1 for update", executions.get(0))
                        .flatMap(locked -> promote())
                        .invoke(left -> assertThat(left).isTrue())
                        .ifNoItem()
                        .after(LONG_ENOUGH)
                        .fail());
        assertThat(queued()).containsExactly(executions.get(0), executions.get(2));
        promote().await().atMost(LONG_ENOUGH);
        assertThat(queued()).containsExactly(executions.get(2));

        limit(4);
        promote().await().atMost(LONG_ENOUGH);
        assertThat(queued()).isEmpty();
    }

    private Uni<Boolean> promote() {
        return run(owner.pool(), "select promote_queued()")
                .map(found -> found.iterator().next().getBoolean(0));
    }

    @Test
    void flowIsLockedBeforeItsExecutions() {
        UUID execution = start(1).get(0);
        assertLocksItsFlowFirst(
                execution, "select delete_execution('" + execution + "', '" + api.organization() + "', 'test')");

        UUID expired = start(1).get(0);
        organizations.execute(
                "update flow set settings = '{\"ttl\": {\"seconds\": 60}}' where id = $1",
                Tuple.of(UUID.fromString(flow)));
        organizations.execute(
                "update flow_execution set active = false, finished_at = '2000-01-01' where id = $1",
                Tuple.of(expired));
        assertLocksItsFlowFirst(expired, "select delete_expired(1000)");
    }

    /** Whoever has the flow can still lock the execution, because the function waits for the flow. */
    private void assertLocksItsFlowFirst(UUID execution, String function) {
        Uni<?> call = owner.pool().query(function).execute().memoize().indefinitely();
        owner.pool()
                .withTransactionAndAwait(client -> run(
                                client,
                                "select pg_backend_pid() from flow where id = $1 for update",
                                UUID.fromString(flow))
                        .map(found -> found.iterator().next().getInteger(0))
                        .invoke(pid -> call.subscribe().with(done -> {}, failure -> {}))
                        .flatMap(this::awaitWaiting)
                        .flatMap(waiting -> run(
                                client, "select 1 from flow_execution where id = $1 for update nowait", execution)));
        call.await().atMost(LONG_ENOUGH);
        assertThat(organizations.textOf("select status from flow_execution where id = $1", Tuple.of(execution)))
                .isEqualTo("deleted");
    }

    private Uni<Boolean> awaitWaiting(int pid) {
        return run(
                        owner.pool(),
                        "select exists (select from pg_stat_activity where $1 = any (pg_blocking_pids(pid)))",
                        pid)
                .map(found -> found.iterator().next().getBoolean(0))
                .repeat()
                .whilst(waiting -> !waiting)
                .collect()
                .last()
                .ifNoItem()
                .after(LONG_ENOUGH)
                .fail();
    }

    @Test
    void runningExecutionsOfAnOrganizationAreCountedByAnIndex() {
        String counting = organizations.textOf(
                "select prosrc from pg_proc where proname = 'running_executions'"
                        + " and pronamespace = current_schema()::regnamespace",
                Tuple.tuple());
        String plan = owner.pool()
                .withTransactionAndAwait(client -> run(client, "set local enable_seqscan = off")
                        .flatMap(set -> client.query("explain (format json) "
                                        + counting.replace("p_organization", "'" + UUID.randomUUID() + "'"))
                                .execute()))
                .iterator()
                .next()
                .getValue(0)
                .toString();
        assertThat(plan).contains("flow_execution_running").doesNotContain("Filter");
    }
}
