package dev.reflow.engine.embedded;

import dev.reflow.engine.NodeId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A process with an engine: it may be killed, stopped for a while, or asked to shut down. */
final class SimulatedNode implements EngineLoop {
    private final Simulation simulation;
    private final int number;
    private final Duration startedAt;
    private final FaultyStore store;
    private final EngineTelemetry telemetry =
            new EngineTelemetry(new SimpleMeterRegistry(), TracerProvider.noop().get("simulation"));
    private final EmbeddedEngine engine;
    private final Set<NodeId> ids = new LinkedHashSet<>();
    private final List<Task> backlog = new ArrayList<>();
    private State state = State.RUNNING;
    private Duration beatenAt = Duration.ofDays(-1);
    /** Null until it has beaten since the database was away. */
    private @Nullable Duration beatingSince;

    private @Nullable Duration stoppingSince;
    private Runnable atNextBeat = () -> {};

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
                telemetry,
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

    /** Something happens to it between the database's answer to a beat and the moment at which it hears of it. */
    void atNextBeat(Runnable event) {
        atNextBeat = event;
    }

    void beatArrived() {
        Runnable event = atNextBeat;
        atNextBeat = () -> {};
        event.run();
    }

    int activeGenerations() {
        return (int)
                telemetry.registry().get("reflow.generations.active").gauge().value();
    }

    void beaten(Duration sentAt) {
        beatenAt = sentAt;
        beatingSince = beatingSince == null ? sentAt : beatingSince;
    }

    void declaredDead() {
        beatenAt = Duration.ofDays(-1);
    }

    /** The database was away, and is back. */
    void outageIsOver() {
        beatingSince = null;
    }

    boolean hasBeatenFor(Duration time) {
        return beatingSince != null
                && simulation.scheduler().now().minus(beatingSince).compareTo(time) >= 0;
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

    /** Since it was asked to stop; empty when it was not. */
    Optional<Duration> stoppingFor() {
        return Optional.ofNullable(stoppingSince)
                .map(since -> simulation.scheduler().now().minus(since));
    }

    void stop() {
        state = State.STOPPING;
        stoppingSince = simulation.scheduler().now();
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
