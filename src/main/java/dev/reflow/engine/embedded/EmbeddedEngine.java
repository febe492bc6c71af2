package dev.reflow.engine.embedded;

import dev.reflow.engine.Command;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.task.TaskExecutors;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The generations that this process works on, and the agents that keep it going: it says that it is alive, rescues what
 * dead processes left, and looks for work that is due.
 */
public final class EmbeddedEngine implements WorkflowEngine {
    private static final Logger LOG = Logger.getLogger(EmbeddedEngine.class);

    private final EngineLoop loop;
    private final EngineConfig config;
    private final GenerationStore store;
    private final ActiveGeneration.Shared shared;
    private final Map<FlowExecutionId, ActiveGeneration> active = new HashMap<>();
    private volatile @Nullable NodeId node;
    private volatile int activeCount;
    private boolean stopped;
    private boolean polling;
    private @Nullable Instant nextWake;

    public EmbeddedEngine(EngineLoop loop, EngineConfig config, GenerationStore store, TaskExecutors executors) {
        this.loop = loop;
        this.config = config;
        this.store = store;
        this.shared = new ActiveGeneration.Shared(
                loop,
                config,
                store,
                executors,
                new Writes(loop),
                new TaskSlots(config.maxRunningTasks()),
                this::wakeAt);
    }

    /** Starts the agents. */
    public void start() {
        loop.execute(this::beat);
        loop.execute(this::pollAgain);
    }

    /** Stops what runs and gives it back, for others to take up at once. The Uni ends when that is durable. */
    public Uni<Void> stop() {
        return Uni.createFrom()
                .<NodeId>emitter(emitter -> loop.execute(() -> {
                    stopped = true;
                    NodeId last = node;
                    node = null;
                    dropAll();
                    emitter.complete(last);
                }))
                .flatMap(last -> last == null ? Uni.createFrom().voidItem() : store.releaseAll(last));
    }

    @Override
    public Optional<NodeId> claimant() {
        return activeCount < config.maxActiveGenerations() ? Optional.ofNullable(node) : Optional.empty();
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
            if (mine == null) {
                poll();
            } else if (command instanceof Command.Cancel cancel
                    && cancel.generation() == mine.fence().generation()) {
                mine.cancelRequested();
            }
        }
    }

    private void take(Fence fence) {
        ActiveGeneration before = active.get(fence.execution());
        if (before != null) {
            if (before.fence().lease() >= fence.lease()) {
                return;
            }
            before.drop();
        }
        if (stopped || !fence.owner().equals(node)) {
            return; // given to a node that this process no longer is; it will be found orphaned
        }
        ActiveGeneration taken = new ActiveGeneration(shared, fence, this::forget);
        active.put(fence.execution(), taken);
        activeCount = active.size();
        taken.start();
    }

    private void forget(ActiveGeneration generation) {
        active.remove(generation.fence().execution(), generation);
        activeCount = active.size();
    }

    private void dropAll() {
        List.copyOf(active.values()).forEach(ActiveGeneration::drop);
    }

    private void beat() {
        if (stopped) {
            return;
        }
        NodeId current = node == null ? NodeId.random() : node;
        store.beat(current)
                .flatMap(alive -> store.rescueOrphans(config.deadAfter())
                        .invoke(EmbeddedEngine::tellRescued)
                        .map(freed -> alive))
                .flatMap(alive -> alive
                        ? store.owned(current).map(Optional::of)
                        : Uni.createFrom().item(Optional.<List<Fence>>empty()))
                .emitOn(loop)
                .subscribe()
                .with(owned -> beaten(current, owned), failure -> {
                    LOG.warnf("the heartbeat failed: %s", failure);
                    loop.schedule(config.heartbeatInterval(), this::beat);
                });
    }

    private static void tellRescued(int freed) {
        if (freed > 0) {
            LOG.infof("%d executions of processes that are gone are taken up again", freed);
        }
    }

    /** @param owned by the node; empty when it was declared dead */
    private void beaten(NodeId current, Optional<List<Fence>> owned) {
        if (stopped) {
            return;
        }
        if (owned.isPresent()) {
            node = current;
            owned.get().forEach(this::take);
            loop.schedule(config.heartbeatInterval(), this::beat);
            poll();
        } else {
            LOG.warn("this process was declared dead: its work is in other hands");
            node = null;
            dropAll();
            beat();
        }
    }

    private void pollAgain() {
        if (!stopped) {
            Instant now = loop.clock().instant();
            List.copyOf(active.values()).forEach(generation -> generation.timeReached(now));
            poll();
            loop.schedule(config.pollInterval(), this::pollAgain);
        }
    }

    /** A parked generation of this process is due at that time; only the earliest such time is remembered. */
    private void wakeAt(Instant until) {
        if (nextWake != null && !nextWake.isAfter(until)) {
            return;
        }
        nextWake = until;
        loop.schedule(Duration.between(loop.clock().instant(), until), () -> {
            if (until.equals(nextWake)) {
                nextWake = null;
            }
            poll();
        });
    }

    private void poll() {
        NodeId claimant = claimant().orElse(null);
        if (stopped || polling || claimant == null) {
            return;
        }
        int room = Math.max(0, config.maxActiveGenerations() - active.size());
        polling = true;
        store.promoteQueued()
                .flatMap(promoted -> store.claim(claimant, room))
                .emitOn(loop)
                .subscribe()
                .with(
                        claimed -> {
                            polling = false;
                            claimed.forEach(this::take);
                        },
                        failure -> {
                            polling = false;
                            LOG.warnf("looking for work failed: %s", failure);
                        });
    }
}
