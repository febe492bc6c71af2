package dev.reflow.engine.embedded;

import dev.reflow.engine.Command;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.Wakeups;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.task.TaskExecutors;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The generations that this process works on. It takes up what it is given and what it finds due, and lets go of what
 * the database says is in other hands.
 */
public final class EmbeddedEngine implements WorkflowEngine {
    private static final Logger LOG = Logger.getLogger(EmbeddedEngine.class);
    /** How often a process that shuts down looks whether its tasks have ended. */
    private static final Duration SHUTDOWN_TICK = Duration.ofMillis(50);
    /** So long, many that end make room for one look for work together. */
    private static final Duration BREATH = Duration.ofMillis(20);

    private final EngineLoop loop;
    private final EngineConfig config;
    private final GenerationStore store;
    private final Wakeups wakeups;
    private final Calls calls;
    private final Heartbeat heartbeat;
    private final ActiveGeneration.Shared shared;
    private final EngineMeters meters;
    private final Map<FlowExecutionId, ActiveGeneration> active = new LinkedHashMap<>();
    private final Repeatable poll = new Repeatable(this::poll);
    private final Repeatable comparison = new Repeatable(this::compare);
    private volatile int activeCount;
    private volatile boolean stopping;
    private @Nullable Instant nextWake;
    /** Whether the last look for work may have left some for want of room, and no next one is on its way. */
    private boolean workLeft;
    /** Whether something has ended since that look began. */
    private boolean roomMade;
    /** Whether another comparison is on its way, because one had no answer. */
    private boolean comparisonDue;
    /** What somebody signalled and nobody here works on, to be taken up by the next look for work or by others. */
    private final Set<FlowExecutionId> signalled = new LinkedHashSet<>();

    /** @param ids names for this process, each used until it is declared dead under that name */
    public EmbeddedEngine(
            EngineLoop loop,
            EngineConfig config,
            GenerationStore store,
            Wakeups wakeups,
            TaskExecutors executors,
            EngineTelemetry telemetry,
            Supplier<NodeId> ids) {
        this.loop = loop;
        this.config = config;
        this.store = store;
        this.wakeups = wakeups;
        this.meters = new EngineMeters(telemetry.registry(), executors);
        this.calls = new Calls(loop, config.deadAfter());
        DatabaseClock clock = new DatabaseClock(loop);
        Calls beats = new Calls(loop, config.heartbeatInterval());
        this.heartbeat = new Heartbeat(loop, config, store, beats, clock, meters, ids, new Membership());
        TaskSlots slots = new TaskSlots(config.maxRunningTasks(), this::mayStartTasks, meters::slots);
        this.shared = new ActiveGeneration.Shared(
                loop,
                clock,
                config,
                store,
                executors,
                calls,
                slots,
                new Turns(loop),
                meters,
                new EngineTraces(telemetry.tracer()),
                () -> heartbeat.node().isPresent(),
                this::wakeAt);
    }

    /** Starts to work. */
    public void start() {
        wakeups.listen(() -> loop.execute(this::look));
        loop.execute(heartbeat::beat);
        loop.execute(this::pollAgain);
    }

    /**
     * Gives back what this process works on, for others to take up at once. Tasks that end soon may do so; those that
     * must not be interrupted get all the time there is. The Uni ends when everything was given back.
     */
    public Uni<Void> stop() {
        return Uni.createFrom()
                .<NodeId>emitter(emitter -> loop.execute(() -> {
                    stopping = true;
                    Duration began = loop.elapsed();
                    letGo(began, () -> {
                        NodeId last = heartbeat.node().orElse(null);
                        heartbeat.stop();
                        dropAll();
                        emitter.complete(last);
                    });
                }))
                .flatMap(last -> last == null
                        ? Uni.createFrom().voidItem()
                        : store.releaseAll(last).invoke(wakeups::send));
    }

    private void letGo(Duration began, Runnable then) {
        Duration passed = loop.elapsed().minus(began);
        boolean patient = passed.compareTo(config.shortTaskGrace()) < 0;
        List<ActiveGeneration> leaving = active.values().stream()
                .filter(generation -> !generation.isBusy() || !(patient || generation.isUninterruptible()))
                .toList();
        if (!leaving.isEmpty()) {
            List<Fence> fences = leaving.stream().map(ActiveGeneration::fence).toList();
            leaving.forEach(ActiveGeneration::drop);
            calls.once(
                    () -> store.release(fences),
                    released -> wakeups.send(),
                    failure -> LOG.warnf("%d executions could not be given back: %s", fences.size(), failure));
        }
        if (active.isEmpty() || passed.compareTo(config.shutdownTimeout()) >= 0) {
            then.run();
        } else {
            var unused = loop.schedule(SHUTDOWN_TICK, () -> letGo(began, then)); // ends by itself
        }
    }

    @Override
    public Optional<NodeId> claimant() {
        return stopping || activeCount >= config.maxActiveGenerations() ? Optional.empty() : heartbeat.node();
    }

    @Override
    public void tell(Command command) {
        loop.execute(() -> hear(command));
    }

    private void hear(Command command) {
        if (command instanceof Command.Start start) {
            take(start.fence());
        } else if (command instanceof Command.Restart restart) {
            take(restart.fence());
        } else {
            ActiveGeneration mine = active.get(command.execution());
            if (mine == null && command instanceof Command.Signal) {
                signalled.add(command.execution());
                poll.run();
            } else if (mine == null || command instanceof Command.Offer) {
                look();
                wakeups.send();
            } else if (command instanceof Command.Signal) {
                mine.signalled();
            } else if (command instanceof Command.Cancel cancel
                    && cancel.generation() == mine.fence().generation()) {
                mine.cancelRequested();
            }
        }
    }

    private void look() {
        poll.run();
        comparison.run();
    }

    private void take(Fence fence) {
        ActiveGeneration before = active.get(fence.execution());
        if (before != null) {
            if (before.fence().lease() >= fence.lease()) {
                return;
            }
            before.drop();
        }
        if (stopping || !heartbeat.node().equals(Optional.of(fence.owner()))) {
            return; // given to a node that this process no longer is; it will be found orphaned
        }
        ActiveGeneration taken = new ActiveGeneration(shared, fence, this::forget);
        active.put(fence.execution(), taken);
        counted();
        taken.start();
    }

    private void forget(ActiveGeneration generation) {
        active.remove(generation.fence().execution(), generation);
        counted();
        roomMade = true;
        lookForWhatWasLeft();
    }

    private void lookForWhatWasLeft() {
        if (workLeft && roomMade) {
            workLeft = false;
            var unused = loop.schedule(BREATH, poll::run); // polls once too often at most
        }
    }

    private void counted() {
        activeCount = active.size();
        meters.active(active.size());
    }

    private void dropAll() {
        List.copyOf(active.values()).forEach(ActiveGeneration::drop);
    }

    private boolean mayStartTasks() {
        return !stopping && heartbeat.node().isPresent();
    }

    private void pollAgain() {
        poll.run();
        var unused = loop.schedule(config.pollInterval(), this::pollAgain); // as long as the loop lives
    }

    private void wakeAt(Instant until) {
        if (nextWake != null && !nextWake.isAfter(until)) {
            return;
        }
        nextWake = until;
        var unused = loop.schedule(
                Duration.between(shared.clock().instant(), until),
                () -> { // polls once too often
                    if (until.equals(nextWake)) {
                        nextWake = null;
                    }
                    poll.run();
                });
    }

    /** Looks for work that is due. */
    private void poll(Runnable done) {
        List<FlowExecutionId> wanted = List.copyOf(signalled);
        signalled.clear();
        roomMade = false;
        NodeId claimant = claimant().orElse(null);
        if (claimant == null) {
            workLeft = !stopping && heartbeat.node().isPresent();
            passOn(wanted);
            done.run();
            return;
        }
        int room = Math.max(0, config.maxActiveGenerations() - active.size());
        calls.once(
                () -> store.promoteQueued()
                        .flatMap(queued -> store.claim(claimant, room)
                                .map(claimed -> new Found(claimed, queued || claimed.size() >= room))),
                found -> {
                    meters.claimed(found.claimed().size());
                    workLeft = found.more();
                    lookForWhatWasLeft();
                    found.claimed().forEach(this::take);
                    passOn(wanted);
                    done.run();
                },
                failure -> {
                    LOG.warnf("looking for work failed: %s", failure);
                    passOn(wanted);
                    done.run();
                    comparison.run(); // it may have been given something all the same
                });
    }

    /** @param more whether there may be work that was not taken up, for want of room here or in its organization */
    private record Found(List<Fence> claimed, boolean more) {}

    /** What this process could not take up is in other hands, or has to be. */
    private void passOn(List<FlowExecutionId> wanted) {
        if (!active.keySet().containsAll(wanted)) {
            wakeups.send();
        }
    }

    /** Compares what the database says this process owns with what it works on. */
    private void compare(Runnable done) {
        NodeId node = heartbeat.node().orElse(null);
        if (node == null || stopping) {
            done.run();
            return;
        }
        List<ActiveGeneration> asked = List.copyOf(active.values());
        calls.once(
                () -> store.owned(node),
                owned -> {
                    compare(asked, owned);
                    done.run();
                },
                failure -> {
                    LOG.warnf("looking for what this process owns failed: %s", failure);
                    done.run();
                    compareLater();
                });
    }

    /** What a comparison that failed was asked for has not happened. One is enough, however many fail meanwhile. */
    private void compareLater() {
        if (!comparisonDue) {
            comparisonDue = true;
            var unused = loop.schedule(
                    config.pollInterval(),
                    () -> { // looks once too often at most
                        comparisonDue = false;
                        comparison.run();
                    });
        }
    }

    private void compare(List<ActiveGeneration> asked, List<GenerationStore.Holding> owned) {
        Set<Fence> fences = owned.stream().map(GenerationStore.Holding::fence).collect(Collectors.toSet());
        asked.stream()
                .filter(generation -> !fences.contains(generation.fence()))
                .forEach(ActiveGeneration::drop);
        for (GenerationStore.Holding holding : owned) {
            take(holding.fence());
            ActiveGeneration mine = active.get(holding.fence().execution());
            if (mine != null && mine.fence().equals(holding.fence())) {
                mine.compared(holding);
            }
        }
    }

    private final class Membership implements Heartbeat.Listener {
        @Override
        public void alive(NodeId node) {
            comparison.run();
            poll.run();
            shared.slots().startWaiting();
        }

        @Override
        public void declaredDead() {
            dropAll();
        }

        @Override
        public void rescued() {
            poll.run();
        }
    }

    /** Something that takes time and is not done twice at once: asked for meanwhile, it is done once more. */
    private static final class Repeatable {
        private final Consumer<Runnable> work;
        private boolean running;
        private boolean again;

        Repeatable(Consumer<Runnable> work) {
            this.work = work;
        }

        void run() {
            if (running) {
                again = true;
                return;
            }
            running = true;
            again = false;
            work.accept(() -> {
                running = false;
                if (again) {
                    run();
                }
            });
        }
    }
}
