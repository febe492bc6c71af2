package dev.reflow.persistence;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.GenerationStoreContract;
import dev.reflow.engine.NodeId;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.execution.TaskReport;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import dev.reflow.organization.Credential;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.Role;
import dev.reflow.support.ApiClient;
import dev.reflow.support.Organizations;
import dev.reflow.support.OwnerPool;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

@QuarkusTest
@TestProfile(PostgresGenerationStoreTest.WithoutEngine.class)
class PostgresGenerationStoreTest extends GenerationStoreContract {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);

    @Inject
    GenerationStore store;

    @Inject
    CommandStore commands;

    @Inject
    Organizations organizations;

    @Inject
    OwnerPool owner;

    private ApiClient api;

    /** Nobody but the test takes anything up. */
    public static class WithoutEngine implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("reflow.engine.enabled", "false", "quarkus.flyway.migrate-at-start", "true");
        }
    }

    @AfterEach
    void leaveNothing() {
        organizations.execute(
                "update flow_execution set active = false, owner = null, wake_at = null where organization_id = $1",
                Tuple.of(api.organization()));
    }

    @Override
    protected GenerationStore store() {
        return store;
    }

    private Caller caller() {
        return new Caller(
                new OrganizationId(api.organization()), "admin", "admin", Set.of(Role.ORG_ADMIN), Credential.TOKEN);
    }

    private static <T> T done(Uni<T> call) {
        return call.await().atMost(LONG_ENOUGH);
    }

    @Override
    protected Fence start(NodeId owner) {
        api = organizations.create();
        CommandStore.StartRequest request = new CommandStore.StartRequest(
                new FlowExecutionId(UUID.randomUUID()),
                new FlowId(UUID.fromString(api.createFlow(FLOW))),
                1,
                JsonNodeFactory.instance.objectNode(),
                new TaskName("a"),
                null);
        return done(commands.start(caller(), request, Optional.of(owner))).orElseThrow();
    }

    @Override
    protected Fence reExecute(FlowExecutionId execution, Mode mode, NodeId owner) {
        CommandStore.ReExecutionRequest request = new CommandStore.ReExecutionRequest(
                execution, mode, UUID.randomUUID().toString(), null);
        return done(commands.reExecute(caller(), request, Optional.of(owner)))
                .fence()
                .orElseThrow();
    }

    @Override
    protected void cancel(FlowExecutionId execution) {
        done(commands.cancel(caller(), execution));
    }

    @Override
    protected void report(FlowExecutionId execution, TaskReport report) {
        done(commands.report(caller(), execution, report, report::decide));
    }

    @Override
    protected State state(FlowExecutionId execution) {
        Row row = done(owner.pool()
                        .preparedQuery("select generation, active, revision, lease, owner, (select count(*)"
                                + " from task_execution t where t.flow_execution_id = e.id"
                                + " and t.processing_status = 'completed') as results"
                                + " from flow_execution e where id = $1")
                        .execute(Tuple.of(execution.value())))
                .iterator()
                .next();
        return new State(
                row.getInteger(0),
                row.getBoolean(1),
                row.getLong(2),
                row.getLong(3),
                Optional.ofNullable(row.getUUID(4)).map(NodeId::new),
                row.getLong(5));
    }

    @Override
    protected void silence(NodeId silent, Duration since) {
        organizations.execute(
                "update engine_node set heartbeat_at = clock_timestamp() - $2 * interval '1 second' where id = $1",
                Tuple.of(silent.value(), since.toSeconds()));
    }
}
