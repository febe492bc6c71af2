package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationFacts;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.TaskRecord;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Effect;
import dev.reflow.execution.EndReason;
import dev.reflow.execution.Event;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.GenerationRun;
import dev.reflow.execution.Plan;
import dev.reflow.execution.Planner;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskCounts;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what a generation's run asks for, and tells it what has become durable. Confined to the loop. It ends by
 * finishing, by parking, or by finding that the work is in other hands.
 */
final class ActiveGeneration {
    private static final Logger LOG = Logger.getLogger(ActiveGeneration.class);
    /** A task that ends sooner is written down once, not twice. */
    private static final Duration SHOWN_AS_RUNNING_AFTER = Duration.ofMillis(200);

    private final Shared shared;
    private final Fence fence;
    private final Consumer<ActiveGeneration> onEnd;
    private final Set<RunningTask> running = new HashSet<>();
    private @Nullable GenerationFacts facts;
    private @Nullable GenerationRun run;
    private long revision;
    private boolean cancelRequested;
    private boolean ended;
    /** Rises when the facts are loaded anew: what was under way by then is of the past. */
    private int epoch;

    /** What all generations of an engine work with. */
    record Shared(
            EngineLoop loop,
            EngineConfig config,
            GenerationStore store,
            TaskExecutors executors,
            Writes writes,
            TaskSlots slots,
            Consumer<Instant> wakeAt) {}

    ActiveGeneration(Shared shared, Fence fence, Consumer<ActiveGeneration> onEnd) {
        this.shared = shared;
        this.fence = fence;
        this.onEnd = onEnd;
    }

    Fence fence() {
        return fence;
    }

    /** Begins, or goes on where another process stopped. */
    void start() {
        epoch++;
        run = null;
        stopTasks();
        write("loading a generation", () -> shared.store().load(fence), loaded -> {
            if (loaded.isEmpty()) {
                drop();
            } else {
                plan(loaded.get());
            }
        });
    }

    void cancelRequested() {
        cancelRequested = true;
        // The request has raised the revision.
        revision++;
        apply(new Event.CancelRequested());
        stopTasks();
    }

    void timeReached(Instant now) {
        apply(new Event.TimeReached(now));
    }

    /** The work is in other hands, or not to be done here any more: what runs is stopped, nothing is written. */
    void drop() {
        if (!ended) {
            end();
            LOG.debugf("generation %d of execution %s is dropped", fence.generation(), fence.execution());
        }
    }

    private void end() {
        ended = true;
        stopTasks();
        onEnd.accept(this);
    }

    private void stopTasks() {
        for (RunningTask task : List.copyOf(running)) {
            task.cancel();
            leave(task);
        }
    }

    private void plan(GenerationFacts loaded) {
        facts = loaded;
        revision = loaded.revision();
        cancelRequested = loaded.cancelRequested();
        if (!canBegin(loaded)) {
            finish(
                    new Effect.Finish(EndReason.FAILED, ExecutionStatus.FAILED, TaskCounts.NONE),
                    "version " + loaded.version() + " of the flow has several input tasks but none named '"
                            + loaded.inputTask() + "', through which this execution was started");
            return;
        }
        Planner.Facts planning = Planner.Facts.of(
                shared.executors(),
                loaded.definition(),
                loaded.fromVersion(),
                loaded.versions(),
                loaded.history(),
                loaded.inputTask());
        Plan stored = loaded.plan();
        if (stored != null) {
            prepare(loaded, stored, planning);
            return;
        }
        Plan plan = Planner.plan(shared.executors(), loaded.mode(), planning);
        write(
                "storing a plan",
                () -> shared.store().begin(fence, plan),
                held -> ifHeld(held, () -> prepare(loaded, plan, planning)));
    }

    /** A version with several input tasks has to have the one that the execution was started through. */
    private boolean canBegin(GenerationFacts loaded) {
        List<FlowTask> inputs = shared.executors().inputTasks(loaded.definition());
        return inputs.size() <= 1
                || inputs.stream().anyMatch(task -> task.name().equals(loaded.inputTask()));
    }

    private void prepare(GenerationFacts loaded, Plan plan, Planner.Facts planning) {
        GenerationRun prepared = new GenerationRun(
                shared.executors(),
                new GenerationRun.Facts(
                        fence.generation(), loaded.version(), plan, planning, loaded.edits(), cancelRequested));
        List<Attempt> needed = prepared.resultsToBeConsumed();
        write("loading results", () -> outputs(needed), outputs -> {
            prepared.provide(outputs);
            run = prepared;
            apply(cancelRequested ? new Event.CancelRequested() : new Event.Started(now()));
        });
    }

    private Uni<Map<UUID, JsonNode>> outputs(List<Attempt> results) {
        return results.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : shared.store().outputs(results);
    }

    private void apply(Event event) {
        if (ended || run == null) {
            return;
        }
        GenerationRun current = run;
        decided(() -> current.apply(event).forEach(this::carryOut));
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.RunTask runTask) {
            int asked = epoch;
            shared.slots().acquire(() -> begin(runTask.start(), asked));
        } else if (effect instanceof Effect.FailTask failTask) {
            RunningTask never = runningTask(failTask.start());
            fail(never, failTask.message());
        } else if (effect instanceof Effect.CutOff cutOff) {
            cutOff(cutOff);
        } else if (effect instanceof Effect.Park park) {
            park(park.until());
        } else if (effect instanceof Effect.Finish finish) {
            finish(finish, null);
        }
    }

    private RunningTask runningTask(Effect.TaskStart start) {
        return new RunningTask(
                shared.loop(), shared.executors(), shared.config().maxOutputBytes(), start);
    }

    private void begin(Effect.TaskStart start, int asked) {
        if (ended || asked != epoch || cancelRequested) {
            shared.slots().release();
            return;
        }
        RunningTask task = runningTask(start);
        running.add(task);
        if (start.task().interruptible()) {
            execute(task);
            shared.loop().schedule(SHOWN_AS_RUNNING_AFTER, () -> showAsRunning(task));
        } else {
            record(task, ProcessingStatus.RUNNING, null, null, null, () -> execute(task));
        }
    }

    private void execute(RunningTask task) {
        JsonNode input = facts().input();
        task.run(fence, input, outcome -> {
            leave(task);
            settle(task, outcome);
        });
    }

    private void leave(RunningTask task) {
        if (running.remove(task)) {
            shared.slots().release();
        }
    }

    private void showAsRunning(RunningTask task) {
        if (!ended && !task.isOver()) {
            record(task, ProcessingStatus.RUNNING, null, null, null, () -> {});
        }
    }

    private void settle(RunningTask task, TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Completed completed) {
            record(
                    task,
                    ProcessingStatus.COMPLETED,
                    completed.output(),
                    null,
                    null,
                    () -> apply(new Event.TaskCompleted(
                            task.start().task(), task.start().idx(), completed.output())));
        } else if (outcome instanceof TaskOutcome.Failed failed) {
            fail(task, failed.message());
        } else if (outcome instanceof TaskOutcome.Awaiting awaiting) {
            Event awaits =
                    new Event.TaskAwaits(task.start().task(), task.start().idx(), task.startedAt(), awaiting.until());
            record(task, ProcessingStatus.RUNNING, null, null, awaiting.until(), () -> apply(awaits));
        }
    }

    private void fail(RunningTask task, String message) {
        Event failed = new Event.TaskFailed(task.start().task(), task.start().idx());
        record(task, ProcessingStatus.FAILED, null, message, null, () -> apply(failed));
    }

    private void record(
            RunningTask task,
            ProcessingStatus status,
            @Nullable JsonNode output,
            @Nullable String error,
            @Nullable Instant wakeAt,
            Runnable then) {
        TaskRecord attempt =
                new TaskRecord(task.start(), facts().version(), status, task.startedAt(), output, error, wakeAt);
        write(
                "recording a task",
                () -> shared.store().record(fence, attempt),
                held -> ifHeld(held, () -> {
                    revision++;
                    then.run();
                }));
    }

    private void cutOff(Effect.CutOff effect) {
        TaskName name = effect.task().name();
        Attempt kept = facts().history().current(name).orElseThrow();
        write(
                "keeping a result",
                () -> shared.store()
                        .cutOff(fence, effect.result(), effect.consumed())
                        .flatMap(held -> shared.store()
                                .outputs(List.of(kept))
                                .map(outputs -> held
                                        ? Optional.ofNullable(outputs.get(kept.id()))
                                        : Optional.<JsonNode>empty())),
                output -> {
                    if (output.isEmpty()) {
                        drop();
                    } else {
                        revision++;
                        apply(new Event.TaskCutOff(effect.task(), output.get()));
                    }
                });
    }

    private void park(Instant until) {
        long seen = revision;
        write("parking a generation", () -> shared.store().park(fence, seen, until), parked -> {
            if (parked) {
                end();
                shared.wakeAt().accept(until);
            } else {
                start();
            }
        });
    }

    private void finish(Effect.Finish finish, @Nullable String message) {
        long seen = revision;
        write("finishing a generation", () -> shared.store().finish(fence, seen, finish, message), finished -> {
            if (finished) {
                LOG.debugf(
                        "execution %s, generation %d: %s",
                        fence.execution(), fence.generation(), finish.status().code());
                end();
            } else {
                start(); // something came between: look again, or find the work gone
            }
        });
    }

    private void ifHeld(boolean held, Runnable then) {
        if (held) {
            then.run();
        } else {
            drop();
        }
    }

    private <T> void write(String what, Supplier<Uni<T>> call, Consumer<T> answer) {
        int asked = epoch;
        shared.writes()
                .untilAnswered(
                        what,
                        call,
                        () -> !ended && asked == epoch,
                        value -> {
                            if (!ended && asked == epoch) {
                                decided(() -> answer.accept(value));
                            }
                        },
                        impossible -> {
                            if (!ended && asked == epoch) {
                                decided(() -> {
                                    throw impossible;
                                });
                            }
                        });
    }

    /** A defect must not leave the generation hanging: it fails and says so. */
    private void decided(Runnable decision) {
        try {
            decision.run();
        } catch (RuntimeException e) {
            LOG.errorf(e, "a defect in generation %d of execution %s", fence.generation(), fence.execution());
            epoch++;
            stopTasks();
            finish(
                    new Effect.Finish(EndReason.FAILED, ExecutionStatus.FAILED, TaskCounts.NONE),
                    "a defect of the service: " + e);
        }
    }

    private Instant now() {
        return shared.loop().clock().instant();
    }

    private GenerationFacts facts() {
        if (facts == null) {
            throw new IllegalStateException("nothing runs before the facts are loaded");
        }
        return facts;
    }
}
