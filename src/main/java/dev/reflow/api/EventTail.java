package dev.reflow.api;

import dev.reflow.execution.ExecutionEvent;
import dev.reflow.execution.ExecutionEventStore;
import dev.reflow.flow.FlowId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.BackPressureFailure;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the log of events while somebody listens: one query at a time for all listeners of the process. It asks by
 * itself, from time to time: to be told by the database (NOTIFY) within each commit would have all commits wait for each
 * other, and after each commit would cost the writers more than the listeners gain.
 */
final class EventTail {
    private static final Logger LOG = Logger.getLogger(EventTail.class);

    /** A connection that is gone without a word must not silence the process; a query repeated reads the same. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final ExecutionEventStore log;
    private final LiveConfig config;
    private final Map<FlowId, Set<Listener>> active = new HashMap<>();
    private final Set<Listener> joining = new HashSet<>();
    private boolean reading;
    private boolean waiting;
    private @Nullable String position;

    EventTail(ExecutionEventStore log, LiveConfig config) {
        this.log = log;
        this.config = config;
    }

    /** Told nothing first, from when on it misses nothing, and then each event that it wants of its flow. */
    record Listener(
            FlowId flow, Predicate<ExecutionEvent> wanted, MultiEmitter<? super Optional<ExecutionEvent>> emitter) {
        private void tell(ExecutionEvent event) {
            if (wanted.test(event)) {
                emitter.emit(Optional.of(event));
            }
        }
    }

    /** A listener leaves by ending its stream. */
    void join(Listener listener) {
        synchronized (this) {
            joining.add(listener);
        }
        listener.emitter().onTermination(() -> leave(listener));
        Infrastructure.getDefaultWorkerPool().execute(this::read);
    }

    private synchronized void leave(Listener listener) {
        joining.remove(listener);
        active.computeIfPresent(listener.flow(), (flow, others) -> {
            others.remove(listener);
            return others.isEmpty() ? null : others;
        });
    }

    /** Ends all streams. */
    void end() {
        all().forEach(listener -> listener.emitter().complete());
    }

    private synchronized List<Listener> all() {
        List<Listener> all = new ArrayList<>(joining);
        active.values().forEach(all::addAll);
        return all;
    }

    private void read() {
        next().ifPresent(query -> query.ifNoItem()
                .after(LONGEST)
                .fail()
                .invoke(this::deliver)
                .onFailure()
                .invoke(failure -> LOG.debugf("events were not read, the next round reads them: %s", failure))
                .onTermination()
                .invoke(this::again)
                .subscribe()
                .with(read -> {}, failure -> {}));
    }

    private synchronized Optional<Uni<ExecutionEventStore.Tail>> next() {
        if (reading) {
            return Optional.empty();
        }
        if (joining.isEmpty() && active.isEmpty()) {
            position = null;
            return Optional.empty();
        }
        reading = true;
        return Optional.of(log.since(position, List.copyOf(active.keySet()), config.batch()));
    }

    /** Who has joined meanwhile was not asked for in this query, and listens from its end. */
    private void deliver(ExecutionEventStore.Tail found) {
        if (found.events().size() == config.batch()) {
            LOG.warnf("more than %d events at once: all who listen have to connect again", config.batch());
            active().forEach(listener -> listener.emitter().fail(new BackPressureFailure("too many events at once")));
        } else {
            found.events().forEach(event -> of(event.flow()).forEach(listener -> listener.tell(event)));
        }
        admit(found.position()).forEach(listener -> listener.emitter().emit(Optional.empty()));
    }

    private synchronized List<Listener> of(FlowId flow) {
        return List.copyOf(active.getOrDefault(flow, Set.of()));
    }

    private synchronized List<Listener> active() {
        return active.values().stream().flatMap(Set::stream).toList();
    }

    private synchronized List<Listener> admit(String reached) {
        position = reached;
        List<Listener> joined = List.copyOf(joining);
        joined.forEach(listener ->
                active.computeIfAbsent(listener.flow(), flow -> new HashSet<>()).add(listener));
        joining.clear();
        return joined;
    }

    /** Not before the listeners were told, so that each hears everything in order. */
    private synchronized void again() {
        reading = false;
        if (!waiting) {
            waiting = true;
            Infrastructure.getDefaultWorkerPool()
                    .schedule(this::wake, config.pollInterval().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void wake() {
        synchronized (this) {
            waiting = false;
        }
        read();
    }
}
