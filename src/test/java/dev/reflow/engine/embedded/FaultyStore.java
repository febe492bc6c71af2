package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationFacts;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.Guard;
import dev.reflow.engine.InMemoryGenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.TaskRecord;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.Effect;
import dev.reflow.execution.Plan;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.flow.TaskName;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The database as one process sees it: far away, and not always there. */
final class FaultyStore implements GenerationStore {
    private static final Duration REFUSAL = Duration.ofMillis(50);

    private final Simulation simulation;
    private final SimulatedNode node;
    private final InMemoryGenerationStore store;

    FaultyStore(Simulation simulation, SimulatedNode node) {
        this.simulation = simulation;
        this.node = node;
        this.store = simulation.store();
    }

    /** Calls once; the answer comes later, or not at all. */
    <T> Uni<T> call(String what, Supplier<T> call) {
        return call(what, Duration.ZERO, call);
    }

    /** @param locked how long it waits for its locks */
    private <T> Uni<T> call(String what, Duration locked, Supplier<T> call) {
        return Uni.createFrom().emitter(emitter -> {
            Faults.Fate fate = simulation.faults().next();
            Duration delay = simulation.faults().latency(fate).plus(locked);
            simulation.scheduler().schedule(delay, () -> arrive(what, call, fate, emitter));
        });
    }

    private <T> Uni<T> call(String what, Uni<T> call) {
        return call(what, () -> now(call));
    }

    /** @param step how far the execution has come when this is done */
    private <T> Uni<T> call(String what, @Nullable Step step, Fence fence, Uni<T> call) {
        return call(what, () -> {
            simulation.driver().maybeInterfere(step, fence.execution());
            T answer = now(call);
            simulation.driver().maybeInterfere(step, fence.execution());
            return answer;
        });
    }

    static <T> T now(Uni<T> call) {
        return call.await().indefinitely();
    }

    private <T> void arrive(String what, Supplier<T> call, Faults.Fate fate, UniEmitter<? super T> emitter) {
        if (node.isGone() && simulation.random().nextBoolean()) {
            trace(what, () -> "dies with its process");
        } else if (simulation.faults().isAway()) {
            simulation.count(Collision.OUTAGE);
            trace(what, () -> "finds the database away");
            answer(REFUSAL, () -> emitter.fail(new LostException("the database is away")));
        } else if (fate == Faults.Fate.FAILS) {
            simulation.count(Collision.FAILED_CALL);
            trace(what, () -> "fails");
            answer(REFUSAL, () -> emitter.fail(new LostException("refused")));
        } else {
            T answer = call.get();
            trace(what, () -> fate + ": " + shown(answer));
            returned(what, call, fate, answer, emitter);
        }
    }

    private <T> void returned(
            String what, Supplier<T> call, Faults.Fate fate, T answer, UniEmitter<? super T> emitter) {
        Duration latency = simulation.faults().latency();
        switch (fate) {
            case LOSES_ANSWER -> {
                simulation.count(Collision.LOST_ANSWER);
                answer(latency, () -> emitter.fail(new LostException("the answer is lost")));
            }
            case ARRIVES_LATE -> {
                simulation.count(Collision.LATE_CALL);
                answer(latency, () -> emitter.complete(answer));
            }
            case NEVER_ANSWERS -> simulation.count(Collision.NO_ANSWER);
            case TWICE -> {
                simulation.count(Collision.DOUBLE_CALL);
                T second = call.get();
                trace(what, () -> "again: " + shown(second));
                answer(latency, () -> emitter.complete(second));
            }
            default -> answer(latency, () -> emitter.complete(answer));
        }
    }

    private void answer(Duration latency, Runnable told) {
        simulation.scheduler().schedule(latency, () -> {
            if (!node.isGone()) {
                told.run();
            }
        });
    }

    private void trace(String what, Supplier<String> fate) {
        simulation.trace().add(() -> node + " " + what + ": " + fate.get());
    }

    /** Only what has a text of its own that is the same each time. */
    private static String shown(Object answer) {
        return answer instanceof Boolean || answer instanceof Number || answer instanceof Enum || answer instanceof List
                ? answer.toString()
                : answer instanceof Optional<?> found && found.isEmpty() ? "nothing" : "answered";
    }

    @Override
    public Uni<Optional<Instant>> beat(NodeId id) {
        return Uni.createFrom().deferred(() -> {
            Duration sentAt = simulation.scheduler().now();
            return call("beat", store.beat(id).invoke(node::beatArrived))
                    .invoke(time -> time.ifPresentOrElse(present -> beaten(sentAt), node::declaredDead));
        });
    }

    private void beaten(Duration sentAt) {
        node.beaten(sentAt);
        if (!simulation.has(Guard.PATIENCE)) {
            rescueOrphans(simulation.config().deadAfter()).subscribe().with(freed -> {}, failure -> {});
        }
    }

    @Override
    public Uni<Integer> rescueOrphans(Duration deadAfter) {
        return Uni.createFrom().deferred(() -> {
            boolean early = !node.hasBeatenFor(deadAfter);
            return call("look for orphans", () -> store.orphans(deadAfter))
                    .flatMap(found -> call("rescue", simulation.faults().lockWait(), () -> {
                        boolean deprives = found.owned().stream().anyMatch(simulation::isInLivingHands);
                        int freed = store.rescue(found, deadAfter);
                        simulation.invariants().rescued(early && deprives && freed > 0, node);
                        simulation.count(Collision.RESCUE, freed);
                        simulation.count(
                                Collision.RESCUE_TOO_LATE,
                                Math.max(0, found.owned().size() - freed));
                        return freed;
                    }));
        });
    }

    @Override
    public Uni<Boolean> promoteQueued() {
        return call("promote", () -> simulation.invariants().promoted(() -> now(store.promoteQueued())));
    }

    @Override
    public Uni<List<Fence>> claim(NodeId id, int limit) {
        return call("claim", store.claim(id, limit));
    }

    @Override
    public Uni<List<Holding>> owned(NodeId id) {
        return call("owned", store.owned(id));
    }

    @Override
    public Uni<Void> release(Collection<Fence> fences) {
        return call("release", store.release(fences));
    }

    @Override
    public Uni<Void> releaseAll(NodeId id) {
        return call("release all", store.releaseAll(id));
    }

    @Override
    public Uni<Optional<GenerationFacts>> load(Fence fence) {
        return call("load " + fence.execution(), null, fence, store.load(fence));
    }

    @Override
    public Uni<Map<UUID, JsonNode>> outputs(Collection<Attempt> results) {
        return call("outputs", store.outputs(results));
    }

    @Override
    public Uni<Optional<Arrivals>> arrivals(Fence fence) {
        return call("arrivals " + fence.execution(), null, fence, store.arrivals(fence));
    }

    @Override
    public Uni<Boolean> begin(Fence fence, long revision, Plan plan) {
        return call(
                "begin " + fence.execution(),
                Step.PLAN,
                fence,
                store.begin(fence, revision, plan).invoke(held -> countChange(fence, held)));
    }

    @Override
    public Uni<Recorded> record(Fence fence, TaskRecord attempt) {
        return call(
                "record " + fence.execution(),
                step(attempt),
                fence,
                store.record(fence, attempt).invoke(recorded -> {
                    count(recorded);
                    if (recorded == Recorded.WRITTEN && attempt.status() == ProcessingStatus.FAILED) {
                        simulation.driver().retryWait(fence, attempt);
                    }
                }));
    }

    private static @Nullable Step step(TaskRecord attempt) {
        if (attempt.status() == ProcessingStatus.RUNNING) {
            boolean lazily = attempt.start().task().interruptible() && attempt.wakeAt() == null;
            return lazily ? Step.RUNNING : null;
        }
        return attempt.status() == ProcessingStatus.AWAITING_INPUT ? null : Step.RESULT;
    }

    private void count(Recorded recorded) {
        switch (recorded) {
            case SUPERSEDED -> simulation.count(Collision.SUPERSEDED_RESULT);
            case OVERTAKEN -> simulation.count(Collision.OVERTAKEN);
            case WRITTEN -> {}
        }
    }

    @Override
    public Uni<Boolean> cutOff(Fence fence, UUID result, Map<TaskName, Consumed> consumed) {
        return call(
                "cut off " + fence.execution(),
                Step.CUT_OFF,
                fence,
                store.cutOff(fence, result, consumed).invoke(held -> {
                    if (held) {
                        simulation.count(Collision.CUT_OFF);
                    }
                }));
    }

    @Override
    public Uni<Boolean> park(Fence fence, long revision, Effect.Park park) {
        return call(
                "park " + fence.execution(),
                Step.PARK,
                fence,
                store.park(fence, revision, park).invoke(held -> countChange(fence, held)));
    }

    @Override
    public Uni<Boolean> finish(Fence fence, long revision, Effect.Finish finish, @Nullable String message) {
        return call(
                "finish " + fence.execution(),
                Step.FINISH,
                fence,
                store.finish(fence, revision, finish, message).invoke(held -> countChange(fence, held)));
    }

    private void countChange(Fence fence, boolean held) {
        if (!held && simulation.tables().require(fence.execution()).lease == fence.lease()) {
            simulation.count(Collision.CHANGED_MEANWHILE);
        }
    }

    /** Nobody knows whether it was done. */
    private static final class LostException extends RuntimeException {
        private static final long serialVersionUID = 1;

        LostException(String message) {
            super(message, null, false, false);
        }
    }
}
