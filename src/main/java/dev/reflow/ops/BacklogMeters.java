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

/** What waits in the database, as every process sees it: to be read as the greatest of what they say, not as the sum. */
@ApplicationScoped
class BacklogMeters {
    /** After so many in a row, what was counted before is not told any more. */
    private static final int TOO_MANY_FAILURES = 3;

    private final Rounds rounds;
    private final ExecutionStore executions;
    private final Duration deadAfter;
    /** Absent: nothing has been counted for some time. */
    private volatile Optional<Map<Backlog.State, Backlog>> newest = Optional.empty();

    private final AtomicInteger failures = new AtomicInteger();

    BacklogMeters(
            Rounds rounds,
            ExecutionStore executions,
            MeterRegistry registry,
            @ConfigProperty(name = "reflow.engine.dead-after") Duration deadAfter) {
        this.rounds = rounds;
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
        return rounds.attempt(
                "counting what waits", backlog.invoke(this::seen).onFailure().invoke(this::failed));
    }

    private void seen(List<Backlog> backlog) {
        failures.set(0);
        newest = Optional.of(backlog.stream().collect(Collectors.toMap(Backlog::state, each -> each)));
    }

    private void failed() {
        if (failures.incrementAndGet() == TOO_MANY_FAILURES) {
            newest = Optional.empty();
        }
    }
}
