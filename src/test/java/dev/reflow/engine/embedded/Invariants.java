package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.reflow.engine.CommandStore.ReExecution;
import dev.reflow.engine.CommandStore.ReExecutionOutcome;
import dev.reflow.engine.ExecutionRow;
import dev.reflow.engine.ExecutionRow.AttemptRow;
import dev.reflow.engine.ExecutionRow.GenerationRow;
import dev.reflow.engine.Fence;
import dev.reflow.engine.Guard;
import dev.reflow.engine.InMemoryGenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.TaskRecord;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.EndReason;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskPlan;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.task.TaskInput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What has to hold whatever happens: some of it at each moment, the rest once all is quiet. */
final class Invariants implements InMemoryGenerationStore.Journal {
    private final Simulation simulation;
    private final EngineConfig config;
    private final Set<Run> running = new LinkedHashSet<>();
    private final Map<Lease, NodeId> owners = new HashMap<>();
    private final Map<Begun, Fence> beginners = new HashMap<>();
    private @Nullable String violation;

    /** An attempt in the hands of an executor. */
    static final class Run {
        private final SimulatedNode node;
        private final FlowExecutionId execution;
        private final int generation;
        private final FlowTask task;
        private boolean done;

        private Run(SimulatedNode node, FlowExecutionId execution, int generation, FlowTask task) {
            this.node = node;
            this.execution = execution;
            this.generation = generation;
            this.task = task;
        }

        /** It ends because its executor says so. */
        void done() {
            done = true;
        }

        private boolean isSameWorkAs(Run other) {
            return execution.equals(other.execution)
                    && generation == other.generation
                    && task.name().equals(other.task.name());
        }

        @Override
        public String toString() {
            return task.name() + " of " + execution + ", generation " + generation + ", on " + node;
        }
    }

    private record Lease(FlowExecutionId execution, long number) {}

    private record Begun(FlowExecutionId execution, TaskName task, int idx) {}

    Invariants(Simulation simulation, EngineConfig config) {
        this.simulation = simulation;
        this.config = config;
    }

    Optional<String> violation() {
        return Optional.ofNullable(violation);
    }

    void violated(String what) {
        if (violation == null) {
            violation = what;
            simulation.trace().add(() -> "VIOLATED: " + what);
        }
    }

    private void holds(boolean condition, String fact, Object about) {
        if (!condition) {
            violated(fact + ": " + about);
        }
    }

    /** Runs a task of a node's loop, which must not throw anything. */
    void guarded(SimulatedNode node, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            violated("a defect on " + node + ": " + e + " at " + e.getStackTrace()[0]);
        }
        holds(
                !simulation.driver().isPlain() || node.activeGenerations() <= config.maxActiveGenerations(),
                "a process works on no more generations than it may",
                node);
    }

    /** @param early whether from those who had no time to say that they live since the database was away */
    void rescued(boolean early, SimulatedNode by) {
        holds(!early, "after an outage nobody loses its work before it could beat", by);
    }

    /** Carries out the start of an execution. */
    <T> T started(FlowExecutionId id, Supplier<T> start) {
        boolean queue = queue().findAny().isPresent();
        T answer = start.get();
        if (simulation.tables().require(id).queuedAt == null) {
            holds(!queue, "nobody begins before those who have waited for longer", id);
            checkLimit(id);
        }
        return answer;
    }

    /** Carries out a look at those who wait for room. */
    <T> T promoted(Supplier<T> promotion) {
        List<ExecutionRow> waiting = queue().toList();
        T answer = promotion.get();
        List<ExecutionRow> promoted =
                waiting.stream().filter(row -> row.queuedAt == null).toList();
        if (!promoted.isEmpty()) {
            FlowExecutionId last = promoted.get(promoted.size() - 1).id;
            holds(
                    promoted.equals(waiting.subList(0, promoted.size())),
                    "nobody begins before those who have waited for longer",
                    last);
            checkLimit(last);
            simulation.count(Collision.QUEUE, waiting.size() - promoted.size());
        }
        return answer;
    }

    /** Those who wait for room, in the order in which they came. */
    private Stream<ExecutionRow> queue() {
        return simulation.tables().executions().filter(row -> row.queuedAt != null);
    }

    /** Re-executions may exceed the limit; who begins may not. */
    private void checkLimit(FlowExecutionId begun) {
        Integer limit = simulation.maxConcurrentExecutions();
        long under = simulation
                .tables()
                .executions()
                .filter(row -> row.active && row.queuedAt == null)
                .count();
        holds(limit == null || under <= limit, "no execution begins without room in its organization", begun);
    }

    /** Carries out a re-execution. */
    ReExecution reExecuted(ExecutionRow row, Supplier<ReExecution> reExecution) {
        List<Run> firm = running.stream()
                .filter(run -> !run.task.interruptible() && run.node.isTrusted(config.deadAfter()))
                .filter(run -> run.execution.equals(row.id) && run.generation == row.generation)
                .toList();
        ReExecution answer = reExecution.get();
        holds(
                firm.isEmpty() || answer.outcome() != ReExecutionOutcome.ACCEPTED,
                "what must not be interrupted is not superseded while its process lives",
                firm);
        return answer;
    }

    @Override
    public void written(String what, Fence by, ExecutionRow row) {
        simulation.trace().add(() -> what + " by " + by);
        holds(row.generation == by.generation(), "a superseded generation never writes", what + " by " + by);
        holds(
                row.active && row.lease == by.lease() && by.owner().equals(row.owner),
                "only the holder writes",
                what + " by " + by + " at lease " + row.lease + " of " + row.owner);
        NodeId owner = owners.putIfAbsent(new Lease(row.id, by.lease()), by.owner());
        holds(
                owner == null || owner.equals(by.owner()) || !simulation.has(Guard.LEASE_RISES),
                "a lease has one owner",
                by);
    }

    @Override
    public void recorded(Fence by, TaskRecord attempt) {
        Begun begun = new Begun(
                by.execution(), attempt.start().task().name(), attempt.start().idx());
        if (attempt.status() == ProcessingStatus.RUNNING) {
            beginners.put(begun, by);
        } else if (String.valueOf(attempt.error()).startsWith("lost")) {
            holds(!by.equals(beginners.get(begun)), "nobody loses what is its own", begun);
        }
    }

    /** An executor has been asked to work. */
    Run started(SimulatedNode node, TaskInput input) {
        FlowExecutionId execution = new FlowExecutionId(
                new UUID(0, input.flowInput().path("execution").asLong()));
        ExecutionRow row = simulation.tables().require(execution);
        String task = input.parameters().path("task").asText(SimulatedExecutors.INPUT);
        int generation = row.generation;
        while (!key(execution, generation, task).equals(input.idempotencyKey())) {
            generation--;
        }
        int version = row.generations.get(generation - 1).toVersion;
        Run run = new Run(
                node,
                execution,
                generation,
                simulation
                        .tables()
                        .definition(row.flow, version)
                        .find(new TaskName(task))
                        .orElseThrow());
        simulation.trace().add(() -> "runs " + run);
        holds(!node.isGone() && !node.isFrozen(), "only what lives works", run);
        if (row.active && row.generation == generation) {
            holds(
                    row.owner != null && node.has(row.owner),
                    "only the owner begins a task",
                    run + "; owner " + row.owner);
        }
        running.stream()
                .filter(run::isSameWorkAs)
                .filter(other -> other.node.isTrusted(config.deadAfter()) && !other.node.isFrozen())
                .forEach(other -> violated("a task runs once at a time: " + run + " and " + other));
        running.add(run);
        holds(
                running.stream().filter(other -> other.node == node).count() <= config.maxRunningTasks(),
                "a process runs no more tasks than it may",
                run);
        return run;
    }

    private static String key(FlowExecutionId execution, int generation, String task) {
        String identity = execution + ":" + generation + ":" + task;
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString();
    }

    void ended(Run run) {
        if (!running.remove(run) || run.task.interruptible()) {
            return;
        }
        Optional<Duration> stopping = run.node.stoppingFor();
        if (!run.done) {
            holds(
                    mayBeStopped(run)
                            || stopping.filter(time -> time.compareTo(config.shutdownTimeout()) >= 0)
                                    .isPresent(),
                    "what must not be interrupted may end while its process shuts down",
                    run);
        } else if (stopping.filter(time -> time.compareTo(config.shortTaskGrace()) > 0)
                .isPresent()) {
            simulation.count(Collision.AWAITED_AT_SHUTDOWN);
        }
    }

    /** By somebody who asks for the end of the execution, by a worker who reports the task's, by its own time limit. */
    private boolean mayBeStopped(Run run) {
        ExecutionRow row = simulation.tables().require(run.execution);
        return !run.node.isTrusted(config.deadAfter())
                || row.generation != run.generation
                || !row.active
                || row.cancelRequested
                || row.owner == null
                || !run.node.has(row.owner)
                || run.task.timeout() != null
                || row.attempts.values().stream()
                        .filter(AttemptRow::reported)
                        .map(AttemptRow::attempt)
                        .anyMatch(attempt -> attempt.generation() == run.generation
                                && attempt.task().equals(run.task.name()));
    }

    void gone(SimulatedNode node) {
        running.removeIf(run -> run.node == node);
    }

    boolean isRunning(FlowExecutionId execution) {
        return running.stream().anyMatch(run -> run.execution.equals(execution));
    }

    void checkEnd() {
        simulation.tables().executions().forEach(this::check);
        running.stream()
                .filter(run -> !run.node.isGone())
                .forEach(run -> violated("nothing runs when all is quiet: " + run));
    }

    private void check(ExecutionRow row) {
        holds(Simulation.isAtRest(row), "nothing is stuck", row.id + " of " + row.owner + " at " + row.wakeAt);
        holds(!row.active || waitsForOthers(row), "what is laid aside waits for data or a worker", row.id);
        holds(
                row.active || (row.owner == null && row.wakeAt == null && row.uninterruptible.isEmpty()),
                "nothing is left of what has ended",
                row.id);
        holds(row.active == (row.newest().end == null), "only the newest generation is active", row.id);
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < row.generations.size(); i++) {
            GenerationRow generation = row.generations.get(i);
            holds(generation.number == i + 1, "generations have no gap", row.id);
            holds(keys.add(generation.key), "a key has one generation", generation.key);
            checkResults(row, generation.number);
        }
        row.attempts.values().forEach(attempt -> checkInput(row, attempt));
        if (row.newest().end == EndReason.COMPLETED) {
            checkPlan(row);
            checkConsistency(row);
        } else if (row.newest().end == EndReason.FAILED) {
            checkFailure(row);
        }
    }

    private static boolean waitsForOthers(ExecutionRow row) {
        return row.attempts.values().stream()
                .filter(attempt -> attempt.attempt().generation() == row.generation)
                .anyMatch(attempt -> attempt.reported()
                        ? !attempt.attempt().status().isFinal()
                        : attempt.attempt().status() == ProcessingStatus.AWAITING_INPUT
                                && !row.signals().containsKey(attempt.attempt().task()));
    }

    private void checkResults(ExecutionRow row, int generation) {
        Set<TaskName> results = new HashSet<>();
        row.attempts.values().stream()
                .map(AttemptRow::attempt)
                .filter(attempt -> attempt.generation() == generation && attempt.isCompleted())
                .forEach(attempt -> holds(
                        results.add(attempt.task()),
                        "a task has one result in a generation",
                        attempt.task() + " of " + row.id));
    }

    /** What a result says that it was made from is what it was made from. */
    private void checkInput(ExecutionRow row, AttemptRow result) {
        Attempt attempt = result.attempt();
        if (!attempt.isCompleted() || result.reported()) {
            return;
        }
        Definition definition = simulation.tables().definition(row.flow, attempt.flowVersion());
        FlowTask task = definition.find(attempt.task()).orElseThrow();
        JsonNode resolved = definition.resolveParameters(task, dependency -> output(row, attempt, dependency));
        holds(
                resolved.equals(result.input()),
                "a result is made from the results that it consumed",
                attempt.task() + "#" + attempt.idx() + " of " + row.id + ": " + result.input() + ", not " + resolved);
    }

    private static JsonNode output(ExecutionRow row, Attempt attempt, TaskName dependency) {
        Consumed consumed = attempt.consumed().get(dependency);
        return consumed == null
                ? MissingNode.getInstance()
                : row.attempts
                        .get(new ExecutionRow.Key(dependency, consumed.taskExecutionIdx()))
                        .output();
    }

    private void checkPlan(ExecutionRow row) {
        for (TaskPlan planned : Objects.requireNonNull(row.newest().plan).tasks()) {
            List<AttemptRow> attempts = row.attempts.values().stream()
                    .filter(each -> each.attempt().task().equals(planned.task()))
                    .toList();
            boolean ran = attempts.stream().anyMatch(each -> each.attempt().generation() == row.generation);
            boolean kept = attempts.stream().anyMatch(each -> each.attempt().cutOffIn() == row.generation);
            boolean reported = attempts.stream()
                    .anyMatch(each -> each.attempt().generation() == row.generation && each.reported());
            boolean asPlanned = switch (planned.action()) {
                case RUN -> ran;
                case RUN_IF_CHANGED -> ran != kept || reported;
                default -> !ran || reported; // which may come before there is a plan
            };
            holds(asPlanned, "what was planned is what ran", planned + " of " + row.id);
        }
    }

    private void checkConsistency(ExecutionRow row) {
        if (row.status != ExecutionStatus.COMPLETED) {
            return;
        }
        for (Attempt result : row.history().currentResults()) {
            if (row.find(result.task(), result.idx()).orElseThrow().reported()) {
                continue; // a worker may have had its own reasons
            }
            result.consumed()
                    .forEach((dependency, consumed) -> row.history()
                            .current(dependency)
                            .ifPresent(current -> holds(
                                    current.asConsumed().equals(consumed),
                                    "results are made from what their dependencies are",
                                    result.task() + " of " + row.id)));
        }
    }

    private void checkFailure(ExecutionRow row) {
        holds(row.newest().message == null, "the service has no defects", row.newest().message);
        List<String> errors = new ArrayList<>();
        row.attempts.values().stream()
                .filter(attempt -> attempt.attempt().generation() == row.generation)
                .filter(attempt -> attempt.attempt().status() == ProcessingStatus.FAILED)
                .forEach(attempt -> errors.add(String.valueOf(attempt.error())));
        holds(
                errors.stream().anyMatch(Invariants::isOfTheTask),
                "only a task that failed fails an execution",
                row.id + " " + errors);
    }

    /** Of a process that is gone the journal knows whether it was. */
    private static boolean isOfTheTask(String error) {
        return error.equals(SimulatedExecutors.BROKEN) || error.startsWith("timed out") || error.startsWith("lost");
    }
}
