package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.reflow.engine.ExecutionRow;
import dev.reflow.engine.ExecutionRow.AttemptRow;
import dev.reflow.engine.ExecutionRow.GenerationRow;
import dev.reflow.engine.Fence;
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
import org.jspecify.annotations.Nullable;

/** What has to hold whatever happens: some of it at each moment, the rest once all is quiet. */
final class Invariants implements InMemoryGenerationStore.Journal {
    private final Simulation simulation;
    private final Duration deadAfter;
    private final Set<Run> running = new LinkedHashSet<>();
    private final Map<Lease, NodeId> owners = new HashMap<>();
    private final Map<Begun, Long> leases = new HashMap<>();
    private @Nullable String violation;

    /** An attempt in the hands of an executor. */
    static final class Run {
        private final SimulatedNode node;
        private final FlowExecutionId execution;
        private final int generation;
        private final String task;

        private Run(SimulatedNode node, FlowExecutionId execution, int generation, String task) {
            this.node = node;
            this.execution = execution;
            this.generation = generation;
            this.task = task;
        }

        private boolean isSameWorkAs(Run other) {
            return execution.equals(other.execution) && generation == other.generation && task.equals(other.task);
        }

        @Override
        public String toString() {
            return task + " of " + execution + ", generation " + generation + ", on " + node;
        }
    }

    private record Lease(FlowExecutionId execution, long number) {}

    private record Begun(FlowExecutionId execution, TaskName task, int idx) {}

    Invariants(Simulation simulation, Duration deadAfter) {
        this.simulation = simulation;
        this.deadAfter = deadAfter;
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
    }

    @Override
    public void written(String what, Fence by, ExecutionRow row) {
        simulation.trace().add(() -> what + " by " + by);
        holds(
                row.active && row.lease == by.lease() && by.owner().equals(row.owner),
                "only the holder writes",
                what + " by " + by + " at lease " + row.lease + " of " + row.owner);
        holds(row.generation == by.generation(), "a superseded generation never writes", what + " by " + by);
        NodeId owner = owners.putIfAbsent(new Lease(row.id, by.lease()), by.owner());
        holds(owner == null || owner.equals(by.owner()), "a lease has one owner", by);
    }

    @Override
    public void recorded(Fence by, TaskRecord attempt) {
        Begun begun = new Begun(
                by.execution(), attempt.start().task().name(), attempt.start().idx());
        if (attempt.status() == ProcessingStatus.RUNNING) {
            leases.put(begun, by.lease());
        } else if (String.valueOf(attempt.error()).startsWith("lost")) {
            holds(leases.get(begun) != by.lease(), "nobody loses what is its own", begun);
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
        Run run = new Run(node, execution, generation, task);
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
                .filter(other -> other.node.isTrusted(deadAfter) && !other.node.isFrozen())
                .forEach(other -> violated("a task runs once at a time: " + run + " and " + other));
        running.add(run);
        return run;
    }

    private static String key(FlowExecutionId execution, int generation, String task) {
        String identity = execution + ":" + generation + ":" + task;
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString();
    }

    void ended(Run run) {
        running.remove(run);
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
