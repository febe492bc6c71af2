package dev.reflow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.engine.GenerationStore.Holding;
import dev.reflow.engine.GenerationStore.Recorded;
import dev.reflow.execution.Action;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Effect;
import dev.reflow.execution.EndReason;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.execution.Plan;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskCounts;
import dev.reflow.execution.TaskPlan;
import dev.reflow.execution.TaskReport;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.support.FlowBuilder;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database of the engine keeps, so that a simulation with one in memory says something about the real one. */
public abstract class GenerationStoreContract {
    protected static final FlowBuilder FLOW = FlowBuilder.flow().task("a", "webhook_receive", "{}");
    private static final FlowTask TASK = FLOW.definition().tasks().get(0);
    private static final Plan PLAN = new Plan(List.of(new TaskPlan(TASK.name(), Action.RUN, List.of())));
    private static final Effect.Finish END =
            new Effect.Finish(EndReason.COMPLETED, ExecutionStatus.COMPLETED, new TaskCounts(1, 0, 0, 0));
    private static final Effect.Park UNTIL_LATER = new Effect.Park(Instant.now().plus(Duration.ofDays(1)), false);
    private static final Duration DEAD_AFTER = Duration.ofHours(1);

    /** @param results how many completed attempts there are, of all generations */
    public record State(
            int generation, boolean active, long revision, long lease, Optional<NodeId> owner, long results) {}

    private final NodeId node = NodeId.random();
    private final NodeId other = NodeId.random();
    private Fence fence;

    protected abstract GenerationStore store();

    /** A new execution of {@link #FLOW}, owned by the node. */
    protected abstract Fence start(NodeId owner);

    protected abstract Fence reExecute(FlowExecutionId execution, Mode mode, NodeId owner);

    protected abstract void cancel(FlowExecutionId execution);

    protected abstract void report(FlowExecutionId execution, TaskReport report);

    protected abstract State state(FlowExecutionId execution);

    /** The node has said nothing for a time. */
    protected abstract void silence(NodeId silent, Duration since);

    @BeforeEach
    void own() {
        beat(node);
        beat(other);
        fence = start(node);
    }

    private static <T> T done(Uni<T> call) {
        return call.await().atMost(Duration.ofSeconds(20));
    }

    private Optional<Instant> beat(NodeId alive) {
        return done(store().beat(alive));
    }

    private State state() {
        return state(fence.execution());
    }

    private Recorded record(Fence writer, int idx, ProcessingStatus status) {
        return record(writer, idx, status, null, null);
    }

    /**
     * @param began when an attempt that has waited did
     * @param until when one that waits goes on
     */
    private Recorded record(
            Fence writer, int idx, ProcessingStatus status, @Nullable Instant began, @Nullable Instant until) {
        Effect.TaskStart start = new Effect.TaskStart(
                TASK, idx, JsonNodeFactory.instance.objectNode(), Map.of(), "fingerprint", null, began);
        TaskRecord attempt = new TaskRecord(
                start,
                1,
                status,
                Instant.EPOCH,
                status == ProcessingStatus.COMPLETED ? JsonNodeFactory.instance.textNode("output " + idx) : null,
                null,
                until);
        return done(store().record(writer, attempt));
    }

    private Recorded complete(Fence writer) {
        return record(writer, 0, ProcessingStatus.COMPLETED);
    }

    private boolean park(Fence writer, long revision) {
        return done(store().park(writer, revision, UNTIL_LATER));
    }

    private boolean finish(Fence writer, long revision) {
        return done(store().finish(writer, revision, END, null));
    }

    private void reportCompleted() {
        report(
                fence.execution(),
                new TaskReport(
                        TASK.name(),
                        0,
                        ProcessingStatus.COMPLETED,
                        null,
                        JsonNodeFactory.instance.textNode("a worker's"),
                        null,
                        null,
                        null,
                        null));
    }

    private void assertNothingIsWrittenBy(Fence writer) {
        State before = state();
        assertThat(done(store().load(writer))).isEmpty();
        assertThat(done(store().arrivals(writer))).isEmpty();
        assertThat(done(store().begin(writer, before.revision(), PLAN))).isFalse();
        assertThat(complete(writer)).isEqualTo(Recorded.SUPERSEDED);
        assertThat(done(store().cutOff(writer, new UUID(0, 0), Map.of()))).isFalse();
        assertThat(park(writer, before.revision())).isFalse();
        assertThat(finish(writer, before.revision())).isFalse();
        done(store().release(List.of(writer)));
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void ofTwoRacingGenerationsOnlyTheNewerOneWrites() {
        Fence newer = reExecute(fence.execution(), Mode.FULL, node);

        assertNothingIsWrittenBy(fence);
        assertThat(complete(newer)).isEqualTo(Recorded.WRITTEN);
        assertThat(finish(newer, state().revision())).isTrue();
        assertThat(state().active()).isFalse();
        assertNothingIsWrittenBy(newer);
    }

    @Test
    void whoShowsAnotherOwnerOrLeaseWritesNothing() {
        assertNothingIsWrittenBy(new Fence(fence.execution(), fence.generation(), fence.lease(), other));
        assertNothingIsWrittenBy(new Fence(fence.execution(), fence.generation(), fence.lease() + 1, node));
    }

    @Test
    void loadTellsTheRevisionAndTheStoredPlan() {
        assertThat(done(store().load(fence)).orElseThrow().plan()).isNull();
        assertThat(done(store().begin(fence, state().revision(), PLAN))).isTrue();
        assertThat(done(store().begin(fence, state().revision(), PLAN))).isTrue();

        GenerationFacts facts = done(store().load(fence)).orElseThrow();
        assertThat(facts.plan().tasks()).isEqualTo(PLAN.tasks());
        assertThat(facts.revision()).isEqualTo(state().revision());
        assertThat(facts.mode()).isEqualTo(Mode.FIRST);
        assertThat(facts.cancelRequested()).isFalse();
    }

    @Test
    void resultThatIsWrittenAgainChangesNothing() {
        assertThat(complete(fence)).isEqualTo(Recorded.WRITTEN);
        State before = state();
        assertThat(before.results()).isEqualTo(1);

        assertThat(complete(fence)).isEqualTo(Recorded.WRITTEN);
        assertThat(record(fence, 0, ProcessingStatus.RUNNING)).isEqualTo(Recorded.WRITTEN);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void beginningThatIsWrittenLateDoesNotEndAWait() {
        record(fence, 0, ProcessingStatus.RUNNING);
        record(fence, 0, ProcessingStatus.RUNNING, null, UNTIL_LATER.until());
        State before = state();
        assertThat(record(fence, 0, ProcessingStatus.RUNNING)).isEqualTo(Recorded.WRITTEN);
        assertThat(newest().wakeAt()).isNotNull();

        record(fence, 1, ProcessingStatus.AWAITING_INPUT);
        assertThat(record(fence, 1, ProcessingStatus.RUNNING)).isEqualTo(Recorded.WRITTEN);
        assertThat(newest().status()).isEqualTo(ProcessingStatus.AWAITING_INPUT);
        assertThat(state().revision()).isEqualTo(before.revision() + 1);
    }

    @Test
    void attemptThatGoesOnWaitsNoMore() {
        record(fence, 0, ProcessingStatus.RUNNING, null, UNTIL_LATER.until());
        assertThat(record(fence, 0, ProcessingStatus.RUNNING, Instant.EPOCH, null))
                .isEqualTo(Recorded.WRITTEN);
        assertThat(newest().wakeAt()).isNull();
    }

    private Attempt newest() {
        return done(store().load(fence))
                .orElseThrow()
                .history()
                .newest(TASK.name())
                .orElseThrow();
    }

    @Test
    void taskHasOneResultInAGeneration() {
        complete(fence);
        State before = state();

        assertThat(record(fence, 1, ProcessingStatus.COMPLETED)).isEqualTo(Recorded.OVERTAKEN);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void everyRecordRaisesTheRevision() {
        long revision = state().revision();
        record(fence, 0, ProcessingStatus.RUNNING);
        record(fence, 0, ProcessingStatus.COMPLETED);
        assertThat(state().revision()).isEqualTo(revision + 2);
    }

    @Test
    void workersReportOvertakesTheEnginesOwnRecord() {
        reportCompleted();
        State before = state();

        assertThat(record(fence, 0, ProcessingStatus.RUNNING)).isEqualTo(Recorded.OVERTAKEN);
        assertThat(complete(fence)).isEqualTo(Recorded.OVERTAKEN);
        assertThat(record(fence, 1, ProcessingStatus.COMPLETED)).isEqualTo(Recorded.OVERTAKEN);
        assertThat(state()).isEqualTo(before);
        assertThat(done(store().arrivals(fence)).orElseThrow().reports())
                .extracting(report -> report.attempt().task())
                .containsExactly(TASK.name());
    }

    @Test
    void resultIsNotKeptWhereAWorkerHasReportedAnother() {
        complete(fence);
        UUID kept = done(store().load(fence))
                .orElseThrow()
                .history()
                .current(new TaskName("a"))
                .orElseThrow()
                .id();
        Fence newer = reExecute(fence.execution(), Mode.STALE_ONLY, node);
        assertThat(done(store().cutOff(newer, kept, Map.of()))).isTrue();
        State before = state();
        assertThat(done(store().cutOff(newer, kept, Map.of()))).isTrue();
        assertThat(state()).isEqualTo(before);

        Fence newest = reExecute(fence.execution(), Mode.STALE_ONLY, node);
        record(newest, 1, ProcessingStatus.COMPLETED);
        before = state();
        assertThat(done(store().cutOff(newest, kept, Map.of()))).isFalse();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void nobodyPlansParksOrFinishesWhatHasChangedSinceItWasRead() {
        long read = done(store().load(fence)).orElseThrow().revision();
        reportCompleted();
        State before = state();

        assertThat(done(store().begin(fence, read, PLAN))).isFalse();
        assertThat(park(fence, read)).isFalse();
        assertThat(finish(fence, read)).isFalse();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void parkGivesTheGenerationBack() {
        assertThat(park(fence, state().revision())).isTrue();

        assertThat(state().owner()).isEmpty();
        assertThat(state().active()).isTrue();
        assertThat(state().lease()).isEqualTo(fence.lease() + 1);
        assertNothingIsWrittenBy(fence);
        assertThat(claim(other)).isEmpty();
    }

    private Optional<Fence> claim(NodeId claimant) {
        return done(store().claim(claimant, 100_000)).stream()
                .filter(claimed -> claimed.execution().equals(fence.execution()))
                .findFirst();
    }

    @Test
    void releaseLetsAnotherClaimAtOnce() {
        done(store().release(List.of(fence)));
        assertNothingIsWrittenBy(fence);

        Fence claimed = claim(other).orElseThrow();
        assertThat(claimed.lease()).isEqualTo(state().lease()).isEqualTo(fence.lease() + 2);
        assertThat(claimed.generation()).isEqualTo(fence.generation());
        assertThat(claim(node)).isEmpty();
        assertThat(complete(claimed)).isEqualTo(Recorded.WRITTEN);
    }

    @Test
    void ownedShowsWhatANodeHoldsAndWhetherItIsToEnd() {
        assertThat(done(store().owned(node))).containsExactly(new Holding(fence, state().revision(), false));

        cancel(fence.execution());
        assertThat(done(store().owned(node))).containsExactly(new Holding(fence, state().revision(), true));
        assertThat(done(store().load(fence)).orElseThrow().cancelRequested()).isTrue();
        assertThat(done(store().owned(other))).isEmpty();
    }

    @Test
    void silentNodeLosesItsWorkForGood() {
        silence(node, DEAD_AFTER.multipliedBy(2));
        assertThat(done(store().rescueOrphans(DEAD_AFTER))).isPositive();

        assertThat(state().owner()).isEmpty();
        assertThat(state().lease()).isEqualTo(fence.lease() + 1);
        assertNothingIsWrittenBy(fence);
        assertThat(beat(node)).isEmpty();
        assertThat(beat(node)).isEmpty();
        assertThat(claim(node)).isEmpty();
        assertThat(claim(other)).isPresent();
    }

    @Test
    void nodeThatBeatsKeepsItsWork() {
        silence(node, DEAD_AFTER.multipliedBy(2));
        beat(node);
        done(store().rescueOrphans(DEAD_AFTER));

        assertThat(complete(fence)).isEqualTo(Recorded.WRITTEN);
    }

    @Test
    void workThatIsGivenToADeadNodeIsRescued() {
        done(store().releaseAll(node));
        Fence given = reExecute(fence.execution(), Mode.FULL, node);
        done(store().rescueOrphans(DEAD_AFTER));

        assertThat(state().owner()).isEmpty();
        assertThat(complete(given)).isEqualTo(Recorded.SUPERSEDED);
    }

    @Test
    void nodeThatGivesEverythingBackIsDead() {
        done(store().releaseAll(node));

        assertNothingIsWrittenBy(fence);
        assertThat(beat(node)).isEmpty();
        assertThat(claim(node)).isEmpty();
        assertThat(claim(other)).isPresent();
    }
}
