package dev.reflow.engine.embedded;

import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Who this process is: it says that it is alive, notices when it was declared dead, and declares others dead. Confined
 * to the loop, but for {@link #node}.
 */
final class Heartbeat {
    private static final Logger LOG = Logger.getLogger(Heartbeat.class);

    private final EngineLoop loop;
    private final EngineConfig config;
    private final GenerationStore store;
    private final Calls calls;
    private final DatabaseClock clock;
    private final EngineMeters meters;
    private final Supplier<NodeId> ids;
    private final Listener listener;
    private NodeId next;
    /**
     * Whether the database may have been away for all nodes, so that their silence means nothing. A process that has just
     * begun, or was away itself, cannot know.
     */
    private boolean outage = true;

    private Duration rescuesFrom = Duration.ZERO;
    private boolean stopped;
    /** Null until the first beat was answered, and after this process was declared dead. */
    private volatile @Nullable Beat last;

    /** @param sentAt when the beat left; the database counts from a later moment */
    private record Beat(NodeId node, Duration sentAt) {}

    /** Is told on the loop. */
    interface Listener {
        /** This process is alive. */
        void alive(NodeId node);

        /** Everything that this process worked on is in other hands. */
        void declaredDead();

        /** There is work that nobody owns. */
        void rescued();
    }

    /** @param ids names for this process, each used until it is declared dead under that name */
    Heartbeat(
            EngineLoop loop,
            EngineConfig config,
            GenerationStore store,
            Calls calls,
            DatabaseClock clock,
            EngineMeters meters,
            Supplier<NodeId> ids,
            Listener listener) {
        this.loop = loop;
        this.config = config;
        this.store = store;
        this.calls = calls;
        this.clock = clock;
        this.meters = meters;
        this.ids = ids;
        this.listener = listener;
        this.next = ids.get();
    }

    /** This process as others know it; empty while they may have declared it dead. May be called on any thread. */
    Optional<NodeId> node() {
        Beat beat = last;
        return beat != null && !isLate(beat) ? Optional.of(beat.node()) : Optional.empty();
    }

    private boolean isLate(Beat beat) {
        return loop.elapsed().minus(beat.sentAt()).compareTo(config.deadAfter()) >= 0;
    }

    void beat() {
        if (stopped) {
            return;
        }
        NodeId node = next;
        Duration sentAt = loop.elapsed();
        calls.once(
                () -> store.beat(node),
                time -> time.ifPresentOrElse(present -> beaten(new Beat(node, sentAt), present), this::declaredDead),
                failure -> {
                    LOG.warnf("the heartbeat failed: %s", failure);
                    meters.beatFailed();
                    outage = true;
                    beatAgain();
                });
    }

    /** Says nothing any more; the process counts as dead from the dead-line on. */
    void stop() {
        stopped = true;
        last = null;
    }

    private void beatAgain() {
        var unused = loop.schedule(config.heartbeatInterval(), this::beat); // stopped by a flag
    }

    private void beaten(Beat beat, Instant time) {
        if (stopped) {
            return;
        }
        if (isSilence(beat, loop.elapsed())) { // the process stood still: the answer tells of another time
            outage = true;
            beat();
            return;
        }
        clock.set(time, beat.sentAt().plus(loop.elapsed()).dividedBy(2));
        if (outage || isSilence(last, beat.sentAt())) {
            outage = false;
            rescuesFrom = beat.sentAt().plus(config.deadAfter());
        }
        last = beat;
        listener.alive(beat.node());
        if (loop.elapsed().compareTo(rescuesFrom) >= 0) {
            rescue();
        }
        beatAgain();
    }

    private boolean isSilence(@Nullable Beat before, Duration now) {
        return before != null
                && now.minus(before.sentAt())
                                .compareTo(config.heartbeatInterval().multipliedBy(2))
                        >= 0;
    }

    private void rescue() {
        calls.once(
                () -> store.rescueOrphans(config.deadAfter()),
                freed -> {
                    if (freed > 0) {
                        meters.rescued(freed);
                        LOG.infof("%d executions of processes that are gone are taken up again", freed);
                        listener.rescued();
                    }
                    if (freed >= GenerationStore.RESCUED_AT_ONCE) {
                        rescue();
                    }
                },
                failure -> LOG.warnf("looking for executions of dead processes failed: %s", failure));
    }

    private void declaredDead() {
        if (stopped) {
            return;
        }
        meters.declaredDead();
        LOG.warn("this process was declared dead: its work is in other hands");
        outage = true;
        last = null;
        next = ids.get();
        listener.declaredDead();
        beat();
    }
}
