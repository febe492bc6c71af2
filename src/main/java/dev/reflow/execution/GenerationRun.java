package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.OnLost;
import dev.reflow.flow.TaskName;
import dev.reflow.flow.UnresolvedReferenceException;
import dev.reflow.task.TaskExecutors;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What happens next in one generation: given the plan, the results so far and an event, the effects to carry out. It is
 * deterministic: equal facts and equal events give equal effects. Its state is its own and changes with each event,
 * because copying it would cost the number of tasks for every task. Confined to one thread.
 */
public final class GenerationRun {
    private final TaskExecutors executors;
    private final Facts facts;
    private final Definition definition;
    private final History history;
    private final State[] states;
    private final int[] unsettled;
    private final JsonNode[] outputs;
    /** How many tasks may still consume an output; it is not kept for longer. */
    private final int[] consumers;

    private final Map<TaskName, JsonNode> signals;
    private final Map<Integer, Wait> waits = new HashMap<>();
    /** When waits end, the soonest first. */
    private final NavigableSet<Due> times = new TreeSet<>();

    private final List<Effect> effects = new ArrayList<>();
    private int busy;
    private boolean ended;

    private enum State {
        /** For dependencies, or for nothing but its turn. */
        WAITING,
        RUNNING,
        /** For a time, or for data. */
        PARKED,
        REUSED,
        COMPLETED,
        CUT_OFF,
        FAILED,
        /** Below a failed task: neither run nor reused. */
        BLOCKED,
        DROPPED;

        boolean isSettled() {
            return this == REUSED || this == COMPLETED || this == CUT_OFF;
        }
    }

    /**
     * An attempt that goes on, or begins, later.
     *
     * @param until when; null when something has to come
     * @param deadline when it has waited for too long; null for never
     * @param forData whether data is what has to come: it does not wake what is in a worker's hands
     */
    private record Wait(
            int idx,
            @Nullable Instant startedAt,
            @Nullable Instant until,
            @Nullable Instant deadline,
            boolean forData) {

        Stream<Instant> times() {
            return Stream.of(until, deadline).flatMap(Stream::ofNullable);
        }

        boolean isOverdue(Instant now) {
            return deadline != null && !deadline.isAfter(now);
        }
    }

    private record Due(Instant time, int position) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = time.compareTo(other.time);
            return byTime == 0 ? Integer.compare(position, other.position) : byTime;
        }
    }

    /**
     * What a generation's run follows from.
     *
     * @param plan as stored
     * @param planning what the plan was made from, with the attempts of this generation so far
     * @param edits attempts that a person edited meanwhile, or that are marked; this generation does not use the edits
     * @param signals the newest data that was received for each task
     */
    public record Facts(
            int generation,
            int version,
            Plan plan,
            Planner.Facts planning,
            List<Attempt> edits,
            Map<TaskName, JsonNode> signals,
            boolean cancelRequested) {}

    public GenerationRun(TaskExecutors executors, Facts facts) {
        this.executors = executors;
        this.facts = facts;
        this.definition = facts.planning().target();
        this.history = facts.planning().history();
        this.signals = new HashMap<>(facts.signals());
        int size = definition.tasks().size();
        this.states = new State[size];
        this.unsettled = new int[size];
        this.outputs = new JsonNode[size];
        this.consumers = new int[size];
        definition.tasks().forEach(task -> states[task.position()] = stateSoFar(task));
        definition.tasks().stream()
                .filter(task -> states[task.position()] == State.WAITING)
                .forEach(task -> Arrays.stream(definition.graph().dependencies(task.position()))
                        .forEach(dependency -> consumers[dependency]++));
        definition
                .tasks()
                .forEach(task -> unsettled[task.position()] =
                        (int) Arrays.stream(definition.graph().dependencies(task.position()))
                                .filter(dependency -> !states[dependency].isSettled())
                                .count());
    }

    /** The results whose outputs will be consumed; to be given by {@link #provide} before the first event. */
    public List<Attempt> resultsToBeConsumed() {
        return definition.tasks().stream()
                .filter(task -> states[task.position()].isSettled() && consumers[task.position()] > 0)
                .flatMap(task -> history.current(task.name()).stream())
                .toList();
    }

    public void provide(Map<UUID, JsonNode> resultOutputs) {
        history.currentResults()
                .forEach(result -> definition
                        .find(result.task())
                        .ifPresent(task -> outputs[task.position()] = resultOutputs.get(result.id())));
    }

    /** What is to be done now that the event has happened. Nothing more once the generation has ended or is parked. */
    public List<Effect> apply(Event event) {
        effects.clear();
        if (ended) {
            return List.of();
        }
        if (event instanceof Event.Started started) {
            start(started.now());
        } else if (event instanceof Event.TaskCompleted completed) {
            completed(completed);
        } else if (event instanceof Event.TaskFailed failed) {
            failed(failed);
        } else if (event instanceof Event.TaskCutOff cutOff) {
            cutOff(cutOff);
        } else if (event instanceof Event.TaskAwaits awaits) {
            awaits(awaits);
        } else if (event instanceof Event.SignalReceived signal) {
            received(signal);
        } else if (event instanceof Event.TaskReported reported) {
            reported(reported);
        } else if (event instanceof Event.TimeReached time) {
            wake(time.now());
        }
        conclude();
        return List.copyOf(effects);
    }

    /** When something is due that can begin while other tasks run; empty when there is nothing to wait for. */
    public Optional<Instant> nextTime() {
        return ended ? Optional.empty() : firstTime();
    }

    private Optional<Instant> firstTime() {
        return times.isEmpty() ? Optional.empty() : Optional.of(times.first().time());
    }

    /** Whether an attempt of the task is under way: asked for, and not over. */
    public boolean isRunning(FlowTask task) {
        return !ended && states[task.position()] == State.RUNNING;
    }

    /** When an attempt that fails now is to be followed by another one; empty when the task has failed for good. */
    public Optional<Instant> retryAt(FlowTask task, String message, Instant now) {
        int failed = history.failures(task.name(), facts.generation()) + 1;
        return task.retryPolicy().pauseAfter(failed, message).map(now::plus);
    }

    /** The tasks that a person's change cannot reach any more or not yet: those that this generation has yet to settle. */
    public Stream<TaskName> unsettledTasks() {
        return definition.tasks().stream()
                .filter(task -> switch (states[task.position()]) {
                    case WAITING, RUNNING, PARKED -> true;
                    default -> false;
                })
                .map(FlowTask::name);
    }

    private State stateSoFar(FlowTask task) {
        Optional<Attempt> newest = history.newest(task.name());
        Optional<Attempt> current = history.current(task.name());
        if (facts.plan().action(task.name()) == Action.DROP) {
            return State.DROPPED;
        }
        if (current.filter(result -> result.generation() == facts.generation()).isPresent()) {
            return State.COMPLETED;
        }
        if (facts.plan().action(task.name()) == Action.REUSE) {
            return State.REUSED;
        }
        if (current.filter(result -> result.cutOffIn() == facts.generation()).isPresent()) {
            return State.CUT_OFF;
        }
        boolean failed = newest.filter(attempt -> attempt.generation() == facts.generation())
                .filter(attempt -> attempt.status() == ProcessingStatus.FAILED && attempt.wakeAt() == null)
                .isPresent();
        return failed ? State.FAILED : State.WAITING;
    }

    private void start(Instant now) {
        if (facts.cancelRequested()) {
            end(EndReason.CANCELLED, ExecutionStatus.CANCELLED);
            return;
        }
        definition.tasks().stream()
                .filter(task -> states[task.position()] == State.FAILED)
                .forEach(this::block);
        definition.tasks().forEach(this::goOn);
        for (int position : definition.graph().order()) {
            beginIfReady(definition.tasks().get(position));
        }
        wake(now);
    }

    private void goOn(FlowTask task) {
        history.newest(task.name())
                .filter(attempt -> states[task.position()] == State.WAITING)
                .filter(attempt -> attempt.generation() == facts.generation())
                .ifPresent(attempt -> goOn(task, attempt));
    }

    private void goOn(FlowTask task, Attempt attempt) {
        if (attempt.status() == ProcessingStatus.FAILED) {
            park(task, retry(attempt.idx(), attempt.wakeAt()));
        } else if (attempt.isInWorkersHands()) {
            park(task, wait(task, attempt.idx(), attempt.startedAt(), null, false));
        } else if (attempt.wakeAt() != null || attempt.status() == ProcessingStatus.AWAITING_INPUT) {
            await(task, wait(task, attempt.idx(), attempt.startedAt(), attempt.wakeAt(), true), null);
        } else if (attempt.status() == ProcessingStatus.RUNNING && task.onLost() == OnLost.FAIL) {
            Effect.TaskStart lost = new Effect.TaskStart(
                    task, attempt.idx(), task.parameters(), attempt.consumed(), null, null, attempt.startedAt());
            run(task, new Effect.FailTask(lost, "lost: the process that ran it is gone", null));
        }
    }

    private void completed(Event.TaskCompleted event) {
        if (stops(event.task())) {
            history.add(new Attempt(
                    new UUID(0, 0),
                    event.task().name(),
                    event.idx(),
                    facts.generation(),
                    facts.version(),
                    ProcessingStatus.COMPLETED,
                    EditedStatus.NOT_EDITED,
                    false,
                    0,
                    0,
                    consumed(event.task()),
                    null,
                    0,
                    null,
                    null));
            settle(event.task(), State.COMPLETED, event.output());
        }
    }

    private void failed(Event.TaskFailed event) {
        if (!stops(event.task())) {
            return;
        }
        history.failed(event.task().name(), facts.generation(), event.idx());
        if (event.retryAt() == null) {
            fail(event.task());
        } else {
            park(event.task(), retry(event.idx(), event.retryAt()));
        }
    }

    private void fail(FlowTask task) {
        over(task, State.FAILED);
        block(task);
    }

    private void cutOff(Event.TaskCutOff event) {
        if (stops(event.task())) {
            Attempt kept = history.current(event.task().name()).orElseThrow();
            history.add(kept.cutOff(facts.generation(), consumed(event.task())));
            settle(event.task(), State.CUT_OFF, event.output());
        }
    }

    private void awaits(Event.TaskAwaits event) {
        if (stops(event.task())) {
            await(event.task(), wait(event.task(), event.idx(), event.startedAt(), event.until(), true), event.data());
        }
    }

    /** @param known data that the attempt has had: newer data may be there already */
    private void await(FlowTask task, Wait wait, @Nullable JsonNode known) {
        park(task, wait);
        if (wait.forData() && !Objects.equals(signals.get(task.name()), known)) {
            resume(task);
        }
    }

    private void received(Event.SignalReceived event) {
        signals.put(event.task().name(), event.data());
        Wait wait = waits.get(event.task().position());
        if (wait != null && wait.forData()) {
            resume(event.task());
        }
    }

    /** What a worker says counts in the place of what was asked for here, unless that has ended. */
    private void reported(Event.TaskReported event) {
        FlowTask task = event.task();
        State state = states[task.position()];
        if (state != State.WAITING && state != State.RUNNING && state != State.PARKED) {
            return;
        }
        if (state == State.PARKED) {
            unpark(task);
        } else {
            stops(task);
        }
        history.add(event.attempt());
        JsonNode output = event.output();
        if (output == null) {
            fail(task);
        } else {
            settle(task, State.COMPLETED, output);
        }
    }

    /** Whether the task was under way; it is not any more. */
    private boolean stops(FlowTask task) {
        if (states[task.position()] != State.RUNNING) {
            return false;
        }
        busy--;
        return true;
    }

    private void settle(FlowTask task, State state, JsonNode output) {
        outputs[task.position()] = consumers[task.position()] > 0 ? output : null;
        over(task, state);
        for (int dependent : definition.graph().dependents(task.position())) {
            unsettled[dependent]--;
            beginIfReady(definition.tasks().get(dependent));
        }
    }

    /** The task consumes nothing any more. */
    private void over(FlowTask task, State state) {
        states[task.position()] = state;
        for (int dependency : definition.graph().dependencies(task.position())) {
            if (--consumers[dependency] == 0) {
                outputs[dependency] = null;
            }
        }
    }

    private void beginIfReady(FlowTask task) {
        if (states[task.position()] == State.WAITING && unsettled[task.position()] == 0) {
            run(task, begin(task));
        }
    }

    private void run(FlowTask task, Effect effect) {
        states[task.position()] = State.RUNNING;
        busy++;
        effects.add(effect);
    }

    private Effect begin(FlowTask task) {
        Map<TaskName, Consumed> consumed = consumed(task);
        try {
            JsonNode parameters = definition.resolveParameters(task, this::output);
            String fingerprint =
                    Fingerprint.of(task.executor(), executorVersion(task), parameters, ordered(task, consumed));
            Optional<Attempt> kept = facts.plan().action(task.name()) == Action.RUN_IF_CHANGED
                    ? history.current(task.name())
                            .filter(result -> Fingerprint.matches(
                                    result.fingerprint(),
                                    task.executor(),
                                    executorVersion(task),
                                    parameters,
                                    ordered(task, consumed)))
                    : Optional.empty();
            if (kept.isPresent()) {
                return new Effect.CutOff(task, kept.get().id(), consumed);
            }
            return new Effect.RunTask(new Effect.TaskStart(
                    task,
                    history.nextIdx(task.name()),
                    parameters,
                    consumed,
                    fingerprint,
                    signals.get(task.name()),
                    null));
        } catch (UnresolvedReferenceException e) {
            return new Effect.FailTask(
                    new Effect.TaskStart(
                            task, history.nextIdx(task.name()), task.parameters(), consumed, null, null, null),
                    String.valueOf(e.getMessage()),
                    null);
        }
    }

    private JsonNode output(TaskName task) {
        return outputs[definition.find(task).orElseThrow().position()];
    }

    private Map<TaskName, Consumed> consumed(FlowTask task) {
        Map<TaskName, Consumed> consumed = new TreeMap<>();
        definition
                .dependencies(task)
                .forEach(dependency -> history.current(dependency.name())
                        .ifPresent(result -> consumed.put(dependency.name(), result.asConsumed())));
        return consumed;
    }

    private static Map<TaskName, Consumed> ordered(FlowTask task, Map<TaskName, Consumed> consumed) {
        Map<TaskName, Consumed> ordered = new TreeMap<>(consumed);
        ordered.keySet().retainAll(task.dependsOn());
        return ordered;
    }

    private int executorVersion(FlowTask task) {
        return executors
                .find(task.executor())
                .map(executor -> executor.description().version())
                .orElse(0);
    }

    /** Everything below a failed task that has not begun: it cannot have the result it needs. */
    private void block(FlowTask failed) {
        List<FlowTask> below = new ArrayList<>(List.of(failed));
        while (!below.isEmpty()) {
            FlowTask task = below.remove(below.size() - 1);
            for (int dependent : definition.graph().dependents(task.position())) {
                if (states[dependent] == State.WAITING) {
                    over(definition.tasks().get(dependent), State.BLOCKED);
                    below.add(definition.tasks().get(dependent));
                }
            }
        }
    }

    private void park(FlowTask task, Wait wait) {
        states[task.position()] = State.PARKED;
        waits.put(task.position(), wait);
        wait.times().forEach(time -> times.add(new Due(time, task.position())));
    }

    private Wait unpark(FlowTask task) {
        Wait wait = Objects.requireNonNull(waits.remove(task.position()));
        wait.times().forEach(time -> times.remove(new Due(time, task.position())));
        return wait;
    }

    private static Wait retry(int idx, @Nullable Instant at) {
        return new Wait(idx + 1, null, at, null, false);
    }

    private static Wait wait(
            FlowTask task, int idx, @Nullable Instant startedAt, @Nullable Instant until, boolean forAnybody) {
        Duration timeout = task.timeout();
        Instant deadline = timeout == null || startedAt == null ? null : startedAt.plus(timeout);
        return new Wait(idx, startedAt, until, deadline, forAnybody && until == null);
    }

    private void wake(Instant now) {
        while (firstTime().filter(time -> !time.isAfter(now)).isPresent()) {
            FlowTask task = definition.tasks().get(times.first().position());
            if (Objects.requireNonNull(waits.get(task.position())).isOverdue(now)) {
                timeOut(task, now);
            } else {
                resume(task);
            }
        }
    }

    private void resume(FlowTask task) {
        Wait wait = unpark(task);
        Effect effect = begin(task);
        run(
                task,
                effect instanceof Effect.RunTask run
                        ? new Effect.RunTask(run.start().as(wait.idx(), wait.startedAt()))
                        : effect);
    }

    private void timeOut(FlowTask task, Instant now) {
        Wait wait = unpark(task);
        String message = timedOut(task);
        Effect.TaskStart start =
                new Effect.TaskStart(task, wait.idx(), task.parameters(), consumed(task), null, null, wait.startedAt());
        run(
                task,
                new Effect.FailTask(start, message, retryAt(task, message, now).orElse(null)));
    }

    /** What is said of an attempt that took longer than its task allows. */
    public static String timedOut(FlowTask task) {
        BigDecimal seconds = BigDecimal.valueOf(
                        Objects.requireNonNull(task.timeout()).toMillis(), 3)
                .stripTrailingZeros();
        return "timed out: it took longer than " + seconds.toPlainString() + " s";
    }

    private void conclude() {
        if (ended || busy > 0) {
            return;
        }
        if (!waits.isEmpty()) {
            ended = true; // goes on in another run
            effects.add(new Effect.Park(
                    firstTime().orElse(null), waits.values().stream().anyMatch(Wait::forData)));
        } else if (Arrays.asList(states).contains(State.FAILED)) {
            end(EndReason.FAILED, ExecutionStatus.FAILED);
        } else {
            end(EndReason.COMPLETED, completedStatus());
        }
    }

    /**
     * What a person edited or marked meanwhile was not used, and a worker may have said how a task ended before what it
     * depends on did: the execution says so instead of {@code completed}.
     */
    private ExecutionStatus completedStatus() {
        boolean reports = history.currentResults().stream()
                .anyMatch(result -> result.generation() == facts.generation() && result.fingerprint() == null);
        if (facts.edits().isEmpty() && !reports) {
            return ExecutionStatus.COMPLETED;
        }
        facts.edits().forEach(history::add);
        if (!Planner.plan(executors, Mode.STALE_ONLY, facts.planning()).changesNothing()) {
            return ExecutionStatus.STALE;
        }
        boolean unused = history.currentResults().stream()
                .anyMatch(result -> result.edited() == EditedStatus.EDITED_NOT_REEXECUTED
                        && result.editedIn() >= facts.generation());
        return unused ? ExecutionStatus.EDITED : ExecutionStatus.COMPLETED;
    }

    private void end(EndReason reason, ExecutionStatus status) {
        ended = true;
        effects.add(new Effect.Finish(
                reason,
                status,
                new TaskCounts(
                        count(State.COMPLETED), count(State.REUSED), count(State.CUT_OFF), count(State.FAILED))));
    }

    private int count(State state) {
        return (int) Arrays.stream(states).filter(each -> each == state).count();
    }
}
