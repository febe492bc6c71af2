package dev.reflow.ops;

import dev.reflow.execution.Backlog;
import dev.reflow.execution.ExecutionStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** What waits in the database, as every process sees it: to be read as the greatest of what they say, not as the sum. */
@ApplicationScoped
class BacklogMeters {
    private static final Logger LOG = Logger.getLogger(BacklogMeters.class);

    /** After so many in a row, what was counted before is not told any more. */
    private static final int TOO_MANY_FAILURES = 3;

    private final ExecutionStore executions;
    private final Duration deadAfter;
    /** Absent: nothing has been counted for some time. */
    private volatile Optional<Map<Backlog.State, Backlog>> newest = Optional.empty();

    private final AtomicInteger failures = new AtomicInteger();

    BacklogMeters(
            ExecutionStore executions,
            MeterRegistry registry,
            @ConfigProperty(name = "reflow.engine.dead-after") Duration deadAfter) {
        this.executions = executions;
        this.deadAfter = deadAfter;
        for (Backlog.State state : Backlog.State.values()) {
            Gauge.builder("reflow.executions", () -> of(state, Backlog::executions))
                    .description("Active executions in the database")
                    .tag("state", state.code())
                    .register(registry);
            TimeGauge.builder(
                            "reflow.executions.oldest",
                            () -> of(state, backlog -> backlog.oldest().toMillis()),
                            TimeUnit.MILLISECONDS)
                    .description("How long the oldest of them has been waiting for somebody")
                    .tag("state", state.code())
                    .register(registry);
        }
    }

    private double of(Backlog.State state, ToDoubleFunction<Backlog> figure) {
        return newest.map(states ->
                        figure.applyAsDouble(states.getOrDefault(state, new Backlog(state, 0, Duration.ZERO))))
                .orElse(Double.NaN);
    }

    @Scheduled(
            every = "${reflow.metrics.backlog-interval:15s}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return look(executions.backlog(deadAfter));
    }

    Uni<Void> look(Uni<List<Backlog>> backlog) {
        return backlog.invoke(this::seen)
                .onFailure()
                .invoke(this::failed)
                .replaceWithVoid()
                .onFailure()
                .recoverWithNull();
    }

    private void seen(List<Backlog> backlog) {
        failures.set(0);
        newest = Optional.of(backlog.stream().collect(Collectors.toMap(Backlog::state, each -> each)));
    }

    private void failed(Throwable failure) {
        LOG.warnf("counting what waits failed, the next round tries again: %s", failure);
        if (failures.incrementAndGet() == TOO_MANY_FAILURES) {
            newest = Optional.empty();
        }
    }
}
