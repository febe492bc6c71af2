package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionEvent;
import dev.reflow.execution.ExecutionEventStore;
import dev.reflow.execution.FlowExecution;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.Caller;
import dev.reflow.usecase.CallerAccess;
import dev.reflow.usecase.FlowAccess;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * What happens to executions, for those who listen at this process, wherever it was made to happen. A stream ends by
 * itself after a time or when the process stops, and fails when its client does not keep up or may not listen any more.
 */
@ApplicationScoped
class LiveEvents {
    private static final Logger LOG = Logger.getLogger(LiveEvents.class);

    private final ExecutionEventStore log;
    private final LiveConfig config;
    private final CallerAccess callers;
    private final FlowAccess flows;
    private final EventTail tail;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean stopping;

    LiveEvents(ExecutionEventStore log, LiveConfig config, CallerAccess callers, FlowAccess flows) {
        this.log = log;
        this.config = config;
        this.callers = callers;
        this.flows = flows;
        this.tail = new EventTail(log, config);
    }

    /** Fails with {@code unavailable} when nobody else can listen now. */
    void requireRoom() {
        if (stopping || connections.get() >= config.maxConnections()) {
            throw noRoom();
        }
    }

    private static ReflowException noRoom() {
        return new ReflowException(ErrorCode.UNAVAILABLE, "No more connections for events at the moment");
    }

    /** Empty first, when nothing that is committed later will be missed; then the events of all executions of a flow. */
    Multi<Optional<ExecutionEvent>> ofFlow(Caller caller, FlowId flow) {
        return connection(
                () -> listen(flow, event -> true),
                () -> callers.requireInForce(caller).chain(() -> flows.requireReadable(caller, flow)));
    }

    /**
     * What the log has of an execution after an event, then what happens. That it was deleted is something that happens.
     *
     * @param after the event's id; 0 for everything
     */
    Multi<ExecutionEvent> ofExecution(Caller caller, FlowExecution execution, long after) {
        LogReader reader = new LogReader(log, execution, after, config.buffer());
        Multi<ExecutionEvent> told = listen(
                        execution.flow(), event -> event.execution().equals(execution.id()))
                .onItem()
                .transformToMultiAndConcatenate(
                        event -> event.map(reader::unread).orElseGet(reader::rest));
        // What is old is read as slowly as the client takes it, before anything can pile up. What has come meanwhile is
        // read once nothing newer can be missed.
        return connection(
                () -> Multi.createBy().concatenating().streams(reader.rest(), told),
                () -> callers.requireInForce(caller).chain(() -> flows.requireExecutionsOf(caller, execution.flow())));
    }

    private <T> Multi<T> connection(Supplier<Multi<T>> stream, Supplier<Uni<Void>> allowed) {
        return Multi.createFrom().deferred(() -> {
            if (connections.incrementAndGet() > config.maxConnections()) {
                connections.decrementAndGet();
                throw noRoom();
            }
            return Multi.createBy()
                    .merging()
                    .withRequests(1)
                    .streams(stream.get().onCompletion().failWith(CancellationException::new), watch(allowed))
                    .select()
                    .first(config.maxDuration())
                    .onFailure(CancellationException.class)
                    .recoverWithCompletion()
                    .onTermination()
                    .invoke(connections::decrementAndGet);
        });
    }

    /** Without items: fails when who listens may not do so any more. That it cannot be found out decides nothing. */
    private <T> Multi<T> watch(Supplier<Uni<Void>> allowed) {
        return Multi.createFrom()
                .ticks()
                .startingAfter(config.heartbeat())
                .every(config.heartbeat())
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(tick -> allowed.get()
                        .onFailure(failure -> !(failure instanceof ReflowException))
                        .invoke(failure -> LOG.debugf("who listens was not looked at again: %s", failure))
                        .onFailure(failure -> !(failure instanceof ReflowException))
                        .recoverWithNull()
                        .replaceWith(Uni.createFrom().<T>nullItem()));
    }

    private Multi<Optional<ExecutionEvent>> listen(FlowId flow, Predicate<ExecutionEvent> wanted) {
        return Multi.createFrom()
                .<Optional<ExecutionEvent>>emitter(
                        emitter -> {
                            tail.join(new EventTail.Listener(flow, wanted, emitter));
                            if (stopping) {
                                emitter.complete();
                            }
                        },
                        BackPressureStrategy.IGNORE)
                .onOverflow()
                .buffer(config.buffer());
    }

    void beforeStop(@Observes ShutdownDelayInitiatedEvent event) {
        stop();
    }

    void onStop(@Observes ShutdownEvent event) {
        stop();
    }

    private void stop() {
        stopping = true;
        tail.end();
    }
}
