package dev.reflow.engine.embedded;

import dev.reflow.engine.NodeId;
import dev.reflow.support.Unwatched;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** A process with an engine: it may be killed, stopped for a while, or asked to shut down. */
final class SimulatedNode implements EngineLoop {
    private final Simulation simulation;
    private final int number;
    private final Duration startedAt;
    private final FaultyStore store;
    private final EmbeddedEngine engine;
    private final Set<NodeId> ids = new LinkedHashSet<>();
    private final List<Task> backlog = new ArrayList<>();
    private State state = State.RUNNING;
    private Duration beatenAt = Duration.ofDays(-1);

    enum State {
        RUNNING,
        FROZEN,
        STOPPING,
        GONE
    }

    private static final class Task {
        private final Runnable work;
        private boolean cancelled;

        Task(Runnable work) {
            this.work = work;
        }
    }

    SimulatedNode(Simulation simulation, int number, EngineConfig config) {
        this.simulation = simulation;
        this.number = number;
        this.startedAt = simulation.scheduler().now();
        this.store = new FaultyStore(simulation, this);
        this.engine = new EmbeddedEngine(
                this,
                config,
                store,
                simulation.wakeups(this),
                new SimulatedExecutors(simulation, this).executors(),
                Unwatched.telemetry(),
                this::nextId);
    }

    private NodeId nextId() {
        NodeId id = new NodeId(new UUID(number, ids.size()));
        ids.add(id);
        return id;
    }

    EmbeddedEngine engine() {
        return engine;
    }

    FaultyStore store() {
        return store;
    }

    boolean isGone() {
        return state == State.GONE;
    }

    boolean isFrozen() {
        return state == State.FROZEN;
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    boolean has(NodeId id) {
        return ids.contains(id);
    }

    boolean isBusy() {
        return simulation.tables().executions().anyMatch(row -> row.owner != null && has(row.owner));
    }

    void beaten(Duration sentAt) {
        beatenAt = sentAt;
    }

    /** Whether nobody may have declared it dead yet. */
    boolean isTrusted(Duration deadAfter) {
        return !isGone() && simulation.scheduler().now().minus(beatenAt).compareTo(deadAfter) < 0;
    }

    void crash() {
        state = State.GONE;
        backlog.clear();
    }

    void freeze() {
        state = State.FROZEN;
    }

    void thaw() {
        if (state == State.FROZEN) {
            state = State.RUNNING;
            List<Task> waiting = List.copyOf(backlog);
            backlog.clear();
            waiting.forEach(task -> simulation.scheduler().schedule(Duration.ZERO, () -> run(task)));
        }
    }

    void stop() {
        state = State.STOPPING;
        engine.stop().subscribe().with(stopped -> crash(), failure -> crash());
    }

    @Override
    public Duration elapsed() {
        return simulation.scheduler().now().minus(startedAt);
    }

    @Override
    public void execute(Runnable work) {
        var unused = schedule(Duration.ZERO, work);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable work) {
        Task task = new Task(work);
        var unused = simulation.scheduler().schedule(delay, () -> run(task));
        return () -> task.cancelled = true;
    }

    private void run(Task task) {
        if (state == State.FROZEN) {
            backlog.add(task);
        } else if (state != State.GONE && !task.cancelled) {
            simulation.invariants().guarded(this, task.work);
        }
    }

    @Override
    public String toString() {
        return "node " + number;
    }
}
