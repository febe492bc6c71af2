package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.TaskRecord;
import dev.reflow.execution.Effect;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.OwnerPool;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same thing asked for again before it was answered: what is asked for together goes to the database together. */
@QuarkusTest
class GroupedWritesTest {
    private static final FlowBuilder FLOW =
            FlowBuilder.flow().task("a", "webhook_receive", "{}").task("b", "webhook_receive", "{}");
    /** More than leave at once. */
    private static final int AT_ONCE = 6;

    /** Shorter than a statement may take. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(15);

    @Inject
    Organizations organizations;

    @Inject
    GenerationStore store;

    @Inject
    OwnerPool owner;

    private ApiClient api;
    private Fence fence;

    @BeforeEach
    void own() {
        api = organizations.create();
        fence = owned();
    }

    /** An execution in the hands of a node that is not there, and so never found dead. */
    private Fence owned() {
        FlowBuilder done = FlowBuilder.flow().task("a", "webhook_receive", "{}");
        String execution = api.start(api.createFlow(done), "{}");
        api.awaitStatus(execution, "completed");
        Fence given = new Fence(new FlowExecutionId(UUID.fromString(execution)), 1, 1_000, NodeId.random());
        organizations.execute(
                "update flow_execution set active = true, owner = $2, lease = $3 where id = $1",
                Tuple.of(given.execution().value(), given.owner().value(), given.lease()));
        return given;
    }

    @AfterEach
    void leave() {
        organizations.execute(
                "update flow_execution set active = false, owner = null where organization_id = $1",
                Tuple.of(api.organization()));
    }

    private static <T> List<T> atOnce(Uni<T> call) {
        return Uni.join()
                .all(Stream.generate(() -> call).limit(AT_ONCE).toList())
                .andFailFast()
                .await()
                .atMost(Duration.ofSeconds(20));
    }

    @Test
    void oneGenerationIsLoadedSeveralTimes() {
        assertThat(atOnce(store.load(fence))).hasSize(AT_ONCE).allMatch(Optional::isPresent);
    }

    @Test
    void executionThatSomebodyHasLockedDoesNotKeepOthersFromBeingWritten() {
        List<Fence> others = Stream.generate(this::owned).limit(AT_ONCE).toList();
        List<Uni<GenerationStore.Recorded>> written = new ArrayList<>();
        owner.pool()
                .withTransactionAndAwait(client -> client.preparedQuery(
                                "select 1 from flow_execution where id = $1 for update")
                        .execute(Tuple.of(fence.execution().value()))
                        .flatMap(locked -> {
                            Stream.concat(others.stream(), Stream.of(fence))
                                    .map(each -> store.record(each, running())
                                            .memoize()
                                            .indefinitely())
                                    .forEach(written::add);
                            written.forEach(each -> each.subscribe().with(answer -> {}, failure -> {}));
                            return Uni.join().all(written.subList(0, AT_ONCE)).andFailFast();
                        })
                        .invoke(answers -> assertThat(answers).containsOnly(GenerationStore.Recorded.WRITTEN))
                        .ifNoItem()
                        .after(LONG_ENOUGH)
                        .fail());
        assertThat(atOnce(store.record(fence, running()))).containsOnly(GenerationStore.Recorded.WRITTEN);
    }

    @Test
    void oneAttemptIsRecordedSeveralTimes() {
        assertThat(atOnce(store.record(fence, running()))).containsOnly(GenerationStore.Recorded.WRITTEN);
    }

    private static TaskRecord running() {
        Effect.TaskStart start = new Effect.TaskStart(
                FLOW.definition().tasks().get(1),
                0,
                JsonNodeFactory.instance.objectNode(),
                Map.of(),
                "fingerprint",
                null,
                null);
        return new TaskRecord(start, 1, ProcessingStatus.RUNNING, Instant.EPOCH, null, null, Instant.EPOCH);
    }
}
