package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore.CancelOutcome;
import dev.reflow.engine.CommandStore.Cancellation;
import dev.reflow.engine.CommandStore.ReExecution;
import dev.reflow.engine.CommandStore.ReExecutionOutcome;
import dev.reflow.engine.CommandStore.StartRequest;
import dev.reflow.engine.ExecutionRow;
import dev.reflow.engine.ExecutionRow.AttemptRow;
import dev.reflow.engine.Fence;
import dev.reflow.engine.InMemoryCommands;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.TaskRecord;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskReport;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Those who want something of the service, and those who pull its plugs. */
final class Driver {
    private static final FlowId FLOW = new FlowId(new UUID(0, 1));
    private static final Duration ANSWERING = Duration.ofSeconds(20);
    /** As a number of what may happen. */
    private static final int RE_EXECUTION = 7;

    private static final int MOST_HITS = 5;

    private final Simulation simulation;
    private final Random random;
    private final InMemoryCommands commands;
    private final RandomFlow flow;
    private final double interference;
    private final @Nullable Step aim;
    /** Whether a process that is asked for something takes it up itself. */
    private final boolean claims;

    private int executions;
    private int keys;
    private boolean over;
    private boolean silent;
    private int hits;

    Driver(Simulation simulation, @Nullable Step aim) {
        this.simulation = simulation;
        this.random = simulation.random();
        this.commands = new InMemoryCommands(simulation.tables());
        this.flow = new RandomFlow(random);
        this.interference = random.nextInt(3) * 0.04;
        this.claims = random.nextInt(4) > 0;
        this.aim = aim;
    }

    void begin(Duration trouble) {
        simulation.tables().publish(FLOW, flow.definition());
        many(2 + random.nextInt(2), Duration.ZERO, simulation::addNode);
        many(
                1 + random.nextInt(simulation.maxConcurrentExecutions() == null ? 3 : 8),
                trouble.dividedBy(3),
                this::start);
        many(2 + random.nextInt(8), trouble, () -> anyExecution().ifPresent(this::command));
        many(aim == null ? 0 : 8, trouble, () -> anyExecution().ifPresent(this::reExecuteStale));
        many(random.nextInt(3), trouble, this::crash);
        many(random.nextInt(3), trouble, this::freeze);
        many(random.nextInt(2), trouble, this::shutDown);
        many(random.nextInt(2), trouble, this::takeDatabaseAway);
    }

    private void many(int times, Duration within, Runnable event) {
        for (int i = 0; i < times; i++) {
            later(Duration.ofMillis((long) (random.nextDouble() * within.toMillis())), event);
        }
    }

    private void later(Duration delay, Runnable event) {
        simulation.scheduler().schedule(delay, event);
    }

    /** From now on nobody wants anything any more, and nothing is broken. */
    void end() {
        simulation.trace().add(() -> "the trouble is over");
        over = true;
        bringDatabaseBack();
        simulation.faults().end();
        simulation.nodes().forEach(SimulatedNode::thaw);
        simulation.addNode();
        if (random.nextBoolean() || simulation.tables().executions().anyMatch(row -> row.queuedAt != null)) {
            answerAll();
        }
    }

    /** For as long as somebody may ask. */
    private void answerAll() {
        if (!silent) {
            simulation.tables().executions().filter(row -> row.active).toList().forEach(this::answerAll);
            later(ANSWERING, this::answerAll);
        }
    }

    void fallSilent() {
        silent = true;
    }

    private void answerAll(ExecutionRow row) {
        tasks(row).forEach(task -> signal(row, task));
        row.attempts.values().stream()
                .filter(AttemptRow::reported)
                .map(AttemptRow::attempt)
                .filter(attempt -> !attempt.status().isFinal())
                .toList()
                .forEach(attempt -> report(row, attempt.task(), attempt.idx(), ProcessingStatus.COMPLETED));
    }

    private Stream<FlowTask> tasks(ExecutionRow row) {
        return simulation.tables().definition(row.flow, row.version).tasks().stream();
    }

    /** Stale-only often after a new version was published. */
    private Mode anyMode() {
        if (random.nextInt(3) == 0) {
            return Mode.FULL;
        }
        if (random.nextBoolean()) {
            flow.change();
            simulation.tables().publish(FLOW, flow.definition());
        }
        return Mode.STALE_ONLY;
    }

    private Optional<ExecutionRow> anyExecution() {
        return any(simulation.tables().executions().toList());
    }

    private Optional<SimulatedNode> anyNode() {
        return any(simulation.nodes().stream().filter(SimulatedNode::isRunning).toList());
    }

    private <T> Optional<T> any(List<T> some) {
        return some.isEmpty() ? Optional.empty() : Optional.of(some.get(random.nextInt(some.size())));
    }

    private Optional<NodeId> claimant(SimulatedNode node) {
        return !claims || random.nextInt(4) == 0
                ? Optional.empty()
                : node.engine().claimant();
    }

    /** Whether a process has nothing that it does not know of: all of it was asked for, and no answer is lost. */
    boolean isPlain() {
        return !claims && !simulation.faults().areThere();
    }

    /** How often an execution was superseded at what is aimed at. */
    int hits() {
        return hits;
    }

    /** What a request does: it asks the database, and tells the engine of its process of what was done. */
    private void request(SimulatedNode node, String what, Supplier<Optional<Command>> call) {
        node.store()
                .call(what, call)
                .onFailure()
                .retry()
                .atMost(1)
                .subscribe()
                .with(command -> command.ifPresent(node.engine()::tell), failure -> {});
    }

    private void start() {
        anyNode().ifPresent(node -> {
            FlowExecutionId id = new FlowExecutionId(new UUID(0, ++executions));
            StartRequest request = new StartRequest(
                    id,
                    FLOW,
                    simulation.tables().latestVersion(FLOW),
                    JsonNodeFactory.instance.objectNode().put("execution", executions),
                    new TaskName(SimulatedExecutors.INPUT),
                    null);
            Optional<NodeId> owner = claimant(node);
            request(node, "start " + id, () -> start(request, owner));
        });
    }

    private Optional<Command> start(StartRequest request, Optional<NodeId> owner) {
        if (simulation.tables().require(request.execution()) != null) {
            return Optional.empty();
        }
        Optional<Fence> fence =
                simulation.invariants().started(request.execution(), () -> commands.start(request, "start", owner));
        maybeInterfere(Step.START, request.execution());
        return Optional.of(
                fence.<Command>map(Command.Start::new).orElseGet(() -> new Command.Offer(request.execution())));
    }

    private void command(ExecutionRow row) {
        anyNode().ifPresent(node -> {
            Optional<NodeId> owner = claimant(node);
            Mode mode = anyMode();
            String key = "key " + ++keys;
            FlowTask task = anyTask(row);
            switch (random.nextInt(8)) {
                case 0 -> request(node, "cancel " + row.id, () -> cancel(row));
                case 1, 2 -> request(node, "signal " + row.id, () -> signal(row, task));
                case 3 -> request(node, "report " + row.id, () -> report(row, task));
                default -> request(node, mode + " " + row.id, () -> reExecute(row, mode, key, owner));
            }
        });
    }

    private void reExecuteStale(ExecutionRow row) {
        String key = "key " + ++keys;
        anyNode()
                .ifPresent(node -> request(
                        node, "re-execution of " + row.id, () -> reExecute(row, Mode.STALE_ONLY, key, claimant(node))));
    }

    private FlowTask anyTask(ExecutionRow row) {
        return any(tasks(row).toList()).orElseThrow();
    }

    /** Something happens to an execution at the very moment at which an engine asks for it, or has been answered. */
    void maybeInterfere(@Nullable Step step, FlowExecutionId execution) {
        if (over || (aim == null ? random.nextDouble() >= interference : !hits(step))) {
            return;
        }
        ExecutionRow row = simulation.tables().require(execution);
        int before = row.generation;
        Optional<SimulatedNode> node = anyNode();
        Optional<NodeId> owner = node.flatMap(this::claimant);
        Optional<Command> told = switch (aim == null ? random.nextInt(8) : RE_EXECUTION) {
            case 0 -> cancel(row);
            case 1, 2 -> signal(row, anyTask(row));
            case 3, 4 -> report(row, anyTask(row));
            default -> reExecute(row, anyMode(), "key " + ++keys, owner);
        };
        hits += row.generation - before;
        if (random.nextBoolean()) {
            told.ifPresent(command -> node.ifPresent(teller -> teller.engine().tell(command)));
        }
    }

    private boolean hits(@Nullable Step step) {
        return step == aim && hits < MOST_HITS && random.nextBoolean();
    }

    /** Half of the time that a task waits for its next attempt. */
    void retryWait(Fence fence, TaskRecord failed) {
        Instant until = failed.wakeAt();
        if (until == null) {
            return;
        }
        Duration wait = Duration.between(
                Simulation.BEGINNING.plus(simulation.scheduler().now()), until);
        later(wait.dividedBy(2), () -> {
            ExecutionRow row = simulation.tables().require(fence.execution());
            if (row.active
                    && row.generation == fence.generation()
                    && row.history().nextIdx(failed.start().task().name())
                            == failed.start().idx() + 1) {
                maybeInterfere(Step.RETRY_WAIT, row.id);
            }
        });
    }

    private Optional<Command> reExecute(ExecutionRow row, Mode mode, String key, Optional<NodeId> owner) {
        boolean ran = simulation.invariants().isRunning(row.id);
        ReExecution answer =
                simulation.invariants().reExecuted(row, () -> commands.reExecute(row.id, mode, key, owner));
        simulation.trace().add(() -> mode + " of " + row.id + " for " + owner + ": " + answer);
        if (answer.outcome() == ReExecutionOutcome.CONFLICT) {
            simulation.count(Collision.CONFLICT);
        } else if (answer.outcome() == ReExecutionOutcome.REPLAYED) {
            simulation.count(Collision.REPLAY);
        } else if (ran) {
            simulation.count(Collision.RE_EXECUTION_OF_RUNNING);
        }
        return answer.fence().<Command>map(Command.Restart::new).or(() -> Optional.of(new Command.Offer(row.id)));
    }

    private Optional<Command> cancel(ExecutionRow row) {
        Cancellation answer = commands.cancel(row.id);
        simulation.trace().add(() -> "cancel of " + row.id + ": " + answer);
        if (answer.outcome() != CancelOutcome.ACCEPTED) {
            return Optional.empty();
        }
        simulation.count(Collision.CANCEL);
        return Optional.of(new Command.Cancel(row.id, answer.generation()));
    }

    private Optional<Command> signal(ExecutionRow row, FlowTask task) {
        boolean owned = row.owner != null;
        if (!task.executor().equals(SimulatedExecutors.ASK)
                || !commands.receive(
                        row.id,
                        task.name(),
                        JsonNodeFactory.instance.objectNode().put("v", random.nextInt(2)))) {
            return Optional.empty();
        }
        simulation.trace().add(() -> "data for " + task.name() + " of " + row.id);
        simulation.count(owned ? Collision.SIGNAL_OF_OWNED : Collision.SIGNAL_OF_PARKED);
        return Optional.of(new Command.Signal(row.id));
    }

    private Optional<Command> report(ExecutionRow row, FlowTask task) {
        int next = row.history().nextIdx(task.name());
        boolean newest = next > 0 && random.nextBoolean();
        boolean goesOn = random.nextInt(3) == 0;
        ProcessingStatus status = goesOn ? ProcessingStatus.RUNNING : ProcessingStatus.COMPLETED;
        return report(row, task.name(), newest ? next - 1 : next, status);
    }

    private Optional<Command> report(ExecutionRow row, TaskName task, int idx, ProcessingStatus status) {
        TaskReport report = new TaskReport(
                task,
                idx,
                status,
                NullNode.instance,
                JsonNodeFactory.instance.objectNode().put("v", random.nextInt(2)),
                null,
                null,
                null,
                null);
        boolean accepted = commands.report(row.id, report);
        simulation.trace().add(() -> status + " report of " + task + "#" + idx + " of " + row.id + ": " + accepted);
        return accepted ? Optional.of(new Command.Signal(row.id)) : Optional.empty();
    }

    private void crash() {
        anyNode().ifPresent(node -> {
            simulation.trace().add(() -> node + " is killed");
            countIfBusy(Collision.CRASH, node);
            node.crash();
            simulation.invariants().gone(node);
            replace();
        });
    }

    private void countIfBusy(Collision collision, SimulatedNode node) {
        if (node.isBusy()) {
            simulation.count(collision);
        }
    }

    private void replace() {
        later(Duration.ofMillis(random.nextInt(40_000)), () -> {
            if (!over) {
                simulation.addNode();
            }
        });
    }

    private void freeze() {
        anyNode().ifPresent(node -> {
            Duration time = Duration.ofSeconds(1 + random.nextInt(60));
            if (random.nextBoolean()) {
                freeze(node, time);
            } else {
                node.atNextBeat(() -> freeze(node, time));
            }
        });
    }

    private void freeze(SimulatedNode node, Duration time) {
        if (over || !node.isRunning()) {
            return;
        }
        simulation.trace().add(() -> node + " is frozen for " + time);
        if (time.toSeconds() > 25) {
            countIfBusy(Collision.FREEZE, node);
        }
        node.freeze();
        later(time, () -> {
            simulation.trace().add(() -> node + " goes on");
            node.thaw();
        });
    }

    private void shutDown() {
        anyNode().ifPresent(node -> {
            simulation.trace().add(() -> node + " is asked to stop");
            countIfBusy(Collision.SHUTDOWN, node);
            node.stop();
            replace();
        });
    }

    private void takeDatabaseAway() {
        simulation.trace().add(() -> "the database is away");
        simulation.faults().setAway(true);
        later(Duration.ofSeconds(30), this::bringDatabaseBack);
    }

    private void bringDatabaseBack() {
        if (simulation.faults().isAway()) {
            simulation.trace().add(() -> "the database is back");
            simulation.faults().setAway(false);
            simulation.nodes().forEach(SimulatedNode::outageIsOver);
        }
    }
}
