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
import dev.reflow.flow.OnLost;
import dev.reflow.flow.TaskName;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskOutcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
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
    /** How often something is asked that nobody tells. */
    private static final Duration TICK = Duration.ofMillis(500);

    /** From so many tasks on, a step for all of them takes a while. */
    private static final int MANY_TASKS = 1_000;

    private final Shared shared;
    private final Fence fence;
    private final Consumer<ActiveGeneration> onEnd;
    private final Span trace;
    private final GenerationLog log;
    private final Calls calls;
    private final Set<RunningTask> running = new LinkedHashSet<>();
    private @Nullable GenerationFacts facts;
    private @Nullable GenerationRun run;
    private long revision;
    private boolean cancelRequested;
    /** Whether something came that has not been looked at. */
    private boolean signalled;

    private boolean ended;
    /** Rises when the facts are loaded anew: what was under way by then is of the past. */
    private int epoch;

    private int pendingWrites;
    private @Nullable Instant nextTimer;

    /**
     * What all generations of an engine work with.
     *
     * @param trusted whether nobody can have declared this process dead yet
     */
    record Shared(
            EngineLoop loop,
            InstantSource clock,
            EngineConfig config,
            GenerationStore store,
            TaskExecutors executors,
            Calls calls,
            TaskSlots slots,
            Turns turns,
            EngineMeters meters,
            EngineTraces traces,
            BooleanSupplier trusted,
            Consumer<Instant> wakeAt) {}

    ActiveGeneration(Shared shared, Fence fence, Consumer<ActiveGeneration> onEnd) {
        this.shared = shared;
        this.fence = fence;
        this.onEnd = onEnd;
        this.trace = shared.traces().generation(fence);
        this.log = new GenerationLog(fence);
        this.calls = shared.calls().of(log);
    }

    Fence fence() {
        return fence;
    }

    /** Begins, or goes on where another process stopped. */
    void start() {
        renew();
        write(
                "loading a generation",
                () -> shared.store().load(fence),
                loaded -> loaded.ifPresentOrElse(found -> inTurn(found, () -> plan(found)), this::fenced),
                impossible -> {
                    log.line(() -> LOG.error("a generation cannot be loaded; it is tried again later", impossible));
                    drop(); // the next comparison takes it up again
                });
    }

    private void inTurn(GenerationFacts loaded, Runnable step) {
        if (loaded.definition().tasks().size() < MANY_TASKS) {
            step.run();
            return;
        }
        int asked = epoch;
        shared.turns().take(() -> {
            if (!ended && asked == epoch) {
                decided(step);
            }
        });
    }

    private void renew() {
        epoch++;
        run = null;
        pendingWrites = 0;
        nextTimer = null;
        stopTasks();
    }

    /** The end of the generation was asked for: what runs is stopped, and the request is found with the other facts. */
    void cancelRequested() {
        if (!cancelRequested) {
            cancelRequested = true;
            start();
        }
    }

    /** Something came from outside, which may concern a task. */
    void signalled() {
        signalled = true;
        listen();
    }

    /** What the database says of the generation; a command that was meant for it may have been lost. */
    void compared(GenerationStore.Holding holding) {
        if (holding.cancelRequested()) {
            cancelRequested();
        } else if (holding.revision() > revision + pendingWrites) {
            signalled();
        }
    }

    /** Whether something is under way that would be lost if the generation was given away now. */
    boolean isBusy() {
        return pendingWrites > 0 || !running.isEmpty();
    }

    boolean isUninterruptible() {
        return running.stream().anyMatch(task -> !isReplaceable(task.start().task()));
    }

    /** Whether an attempt may be stopped and made again without anyone asking. */
    private static boolean isReplaceable(FlowTask task) {
        return task.interruptible() && task.onLost() == OnLost.RUN;
    }

    /** The work is in other hands, or not to be done here any more: what runs is stopped, nothing is written. */
    void drop() {
        if (!ended) {
            end("dropped");
            log(Logger.Level.DEBUG, "a generation is dropped");
        }
    }

    /** The database says so. */
    private void fenced() {
        shared.meters().fenced();
        drop();
    }

    /** @param outcome of what this process did for the generation */
    private void end(String outcome) {
        ended = true;
        stopTasks();
        EngineTraces.left(trace, outcome);
        onEnd.accept(this);
    }

    private void stopTasks() {
        List.copyOf(running).forEach(this::stop);
    }

    private void stop(RunningTask task) {
        task.cancel();
        leave(task);
    }

    private void plan(GenerationFacts loaded) {
        if (facts == null) {
            EngineTraces.askedBy(trace, loaded.asked().traceParent());
            log.askedBy(loaded.asked());
        }
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
        write("storing a plan", () -> shared.store().begin(fence, loaded.revision(), plan), begun -> {
            if (begun) {
                inTurn(loaded, () -> prepare(loaded, plan, planning));
            } else {
                start(); // something came that the plan does not know of, or the work is gone
            }
        });
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
                        fence.generation(),
                        loaded.version(),
                        plan,
                        planning,
                        loaded.edits(),
                        loaded.signals(),
                        cancelRequested));
        List<Attempt> needed = prepared.resultsToBeConsumed();
        write(
                "loading results",
                () -> outputs(needed),
                outputs -> inTurn(loaded, () -> {
                    prepared.provide(outputs);
                    run = prepared;
                    apply(new Event.Started(now()));
                    listen();
                }));
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
        decided(() -> {
            current.apply(event).forEach(this::carryOut);
            current.nextTime().ifPresent(this::wakeAt);
        });
    }

    /** While some tasks run, others may wait for a time. */
    private void wakeAt(Instant time) {
        if (nextTimer != null && !nextTimer.isAfter(time)) {
            return;
        }
        nextTimer = time;
        int asked = epoch;
        var unused = shared.loop()
                .schedule(
                        Duration.between(now(), time),
                        () -> { // looks once too often
                            if (asked == epoch) {
                                nextTimer = null;
                                apply(new Event.TimeReached(now()));
                            }
                        });
    }

    private void listen() {
        GenerationRun current = run;
        if (!signalled || current == null || ended) {
            return;
        }
        signalled = false;
        readArrivals(arrivals -> {});
    }

    private void readArrivals(Consumer<GenerationStore.Arrivals> then) {
        write("reading what came", () -> shared.store().arrivals(fence), arrivals -> {
            if (arrivals.isEmpty()) {
                fenced();
            } else {
                arrivals.get().signals().forEach(this::received);
                arrivals.get().reports().forEach(this::reported);
                then.accept(arrivals.get());
            }
        });
    }

    private void received(TaskName name, JsonNode data) {
        facts().definition().find(name).ifPresent(task -> apply(new Event.SignalReceived(task, data)));
    }

    private void reported(GenerationStore.Report report) {
        facts().definition().find(report.attempt().task()).ifPresent(task -> {
            running.stream()
                    .filter(attempt -> attempt.start().task().equals(task))
                    .toList()
                    .forEach(this::stop);
            apply(new Event.TaskReported(task, report.attempt(), report.output()));
        });
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.RunTask runTask) {
            int asked = epoch;
            shared.slots().acquire(() -> begin(runTask.start(), asked));
        } else if (effect instanceof Effect.FailTask failTask) {
            RunningTask never = runningTask(failTask.start());
            fail(never, failTask.message(), failTask.retryAt());
        } else if (effect instanceof Effect.CutOff cutOff) {
            cutOff(cutOff);
        } else if (effect instanceof Effect.Park park) {
            park(park);
        } else if (effect instanceof Effect.Finish finish) {
            finish(finish, null);
        }
    }

    private RunningTask runningTask(Effect.TaskStart start) {
        return new RunningTask(
                shared.loop(),
                shared.clock(),
                shared.executors(),
                shared.config().maxOutputBytes(),
                log,
                start);
    }

    private void begin(Effect.TaskStart start, int asked) {
        if (ended || asked != epoch || run == null || !run.isRunning(start.task())) {
            shared.slots().release();
            return;
        }
        RunningTask task = runningTask(start);
        running.add(task);
        if (isReplaceable(start.task())) {
            execute(task);
            var unused = shared.loop().schedule(SHOWN_AS_RUNNING_AFTER, () -> showAsRunning(task)); // if it is not over
        } else {
            record(task, ProcessingStatus.RUNNING, null, null, null, () -> executeOnceTrusted(task));
        }
    }

    /** A process that was away when the record was written may have lost the task to another one since. */
    private void executeOnceTrusted(RunningTask task) {
        if (task.isOver()) {
            return;
        }
        if (shared.trusted().getAsBoolean()) {
            execute(task);
        } else {
            var unused = shared.loop().schedule(TICK, () -> executeOnceTrusted(task)); // until it is over
        }
    }

    private void execute(RunningTask task) {
        JsonNode input = facts().input();
        Duration began = shared.loop().elapsed();
        task.run(fence, input, shared.traces().attempt(trace, task.start()), outcome -> {
            shared.meters()
                    .ended(
                            task.start().task().executor(),
                            outcome,
                            shared.loop().elapsed().minus(began));
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
            fail(task, failed.message(), retryAt(task, failed.message()));
        } else if (outcome instanceof TaskOutcome.Awaiting awaiting) {
            await(task, ProcessingStatus.RUNNING, awaiting.until());
        } else if (outcome instanceof TaskOutcome.AwaitingSignal) {
            await(task, ProcessingStatus.AWAITING_INPUT, null);
        }
    }

    private void await(RunningTask task, ProcessingStatus status, @Nullable Instant until) {
        Event awaits = awaits(task, until);
        record(task, status, null, null, until, () -> apply(awaits));
    }

    private static Event awaits(RunningTask task, @Nullable Instant until) {
        Effect.TaskStart start = task.start();
        return new Event.TaskAwaits(start.task(), start.idx(), task.startedAt(), until, start.signal());
    }

    private @Nullable Instant retryAt(RunningTask task, String message) {
        return run == null
                ? null
                : run.retryAt(task.start().task(), message, now()).orElse(null);
    }

    private void fail(RunningTask task, String message, @Nullable Instant retryAt) {
        Event failed = new Event.TaskFailed(task.start().task(), task.start().idx(), retryAt);
        record(task, ProcessingStatus.FAILED, null, message, retryAt, () -> apply(failed));
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
        task.inOrder(() -> write("recording a task", () -> shared.store().record(fence, attempt), recorded -> {
            task.written();
            switch (recorded) {
                case WRITTEN -> {
                    revision++;
                    if (task.isOver()) {
                        leave(task); // not sooner: results that are not written yet must not pile up
                    }
                    then.run();
                }
                case SUPERSEDED -> fenced();
                case OVERTAKEN -> {
                    stop(task);
                    overtaken(task);
                }
            }
        }));
    }

    /** Something came for the attempt: a report of its end, or newer data, with which it is made again. */
    private void overtaken(RunningTask task) {
        Effect.TaskStart start = task.start();
        readArrivals(arrivals -> {
            JsonNode newest = arrivals.signals().get(start.task().name());
            if (newest != null && !newest.equals(start.signal())) {
                apply(awaits(task, null));
            } else {
                lookAgainAt(start.task());
            }
        });
    }

    /**
     * If what came could not be told to the run, everything is loaded anew; but not while something is being written that
     * would be missed, or runs that must not be stopped.
     */
    private void lookAgainAt(FlowTask task) {
        if (ended || run == null || !run.isRunning(task)) {
            return;
        }
        if (pendingWrites > 0 || isUninterruptible()) {
            int asked = epoch;
            var unused = shared.loop()
                    .schedule(
                            TICK,
                            () -> { // if nothing else has loaded them since
                                if (asked == epoch) {
                                    lookAgainAt(task);
                                }
                            });
        } else {
            start();
        }
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
                        readArrivals(arrivals -> lookAgainAt(effect.task()));
                    } else {
                        revision++;
                        apply(new Event.TaskCutOff(effect.task(), output.get()));
                    }
                });
    }

    private void park(Effect.Park park) {
        long seen = revision;
        write("parking a generation", () -> shared.store().park(fence, seen, park), parked -> {
            if (parked) {
                end("parked");
                if (park.until() != null) {
                    shared.wakeAt().accept(park.until());
                }
            } else {
                start();
            }
        });
    }

    private void finish(Effect.Finish finish, @Nullable String message) {
        long seen = revision;
        write("finishing a generation", () -> shared.store().finish(fence, seen, finish, message), finished -> {
            if (finished) {
                log(
                        finish.reason() == EndReason.FAILED ? Logger.Level.INFO : Logger.Level.DEBUG,
                        "a generation has ended: " + finish.reason().code());
                end(finish.reason().code());
            } else {
                start(); // something came between: look again, or find the work gone
            }
        });
    }

    private <T> void write(String what, Supplier<Uni<T>> call, Consumer<T> answer) {
        write(what, call, answer, impossible -> {
            throw impossible;
        });
    }

    private <T> void write(
            String what, Supplier<Uni<T>> call, Consumer<T> answer, Consumer<IllegalArgumentException> impossible) {
        int asked = epoch;
        Span span = shared.traces().call(trace, what);
        pendingWrites++;
        calls.untilAnswered(
                what,
                call,
                () -> !ended && asked == epoch,
                value -> {
                    span.end();
                    answered(asked, () -> answer.accept(value));
                },
                failure -> {
                    span.setStatus(StatusCode.ERROR);
                    span.end();
                    answered(asked, () -> impossible.accept(failure));
                });
    }

    private void answered(int asked, Runnable told) {
        if (!ended && asked == epoch) {
            pendingWrites--;
            decided(told);
        }
    }

    /** A defect must not leave the generation hanging: it fails and says so. */
    private void decided(Runnable decision) {
        try {
            decision.run();
        } catch (RuntimeException e) {
            log.line(() -> LOG.error("a defect in a generation", e));
            renew();
            finish(
                    new Effect.Finish(EndReason.FAILED, ExecutionStatus.FAILED, TaskCounts.NONE),
                    "a defect of the service: " + e);
        }
    }

    private void log(Logger.Level level, String message) {
        if (LOG.isEnabled(level)) {
            log.line(() -> LOG.log(level, message));
        }
    }

    private Instant now() {
        return shared.clock().instant();
    }

    private GenerationFacts facts() {
        if (facts == null) {
            throw new IllegalStateException("nothing runs before the facts are loaded");
        }
        return facts;
    }
}
