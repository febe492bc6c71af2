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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** What waits in the database, as every process sees it: to be read as the greatest of what they say, not as the sum. */
@ApplicationScoped
class BacklogMeters {
    private static final Logger LOG = Logger.getLogger(BacklogMeters.class);

    private final ExecutionStore executions;
    private final Duration deadAfter;
    private volatile Map<Backlog.State, Backlog> newest = Map.of();

    BacklogMeters(
            ExecutionStore executions,
            MeterRegistry registry,
            @ConfigProperty(name = "reflow.engine.dead-after") Duration deadAfter) {
        this.executions = executions;
        this.deadAfter = deadAfter;
        for (Backlog.State state : Backlog.State.values()) {
            Gauge.builder("reflow.executions", () -> of(state).executions())
                    .description("Active executions in the database")
                    .tag("state", state.code())
                    .register(registry);
            TimeGauge.builder(
                            "reflow.executions.oldest", () -> of(state).oldest().toMillis(), TimeUnit.MILLISECONDS)
                    .description("How long the oldest of them has been waiting for somebody")
                    .tag("state", state.code())
                    .register(registry);
        }
    }

    private Backlog of(Backlog.State state) {
        return newest.getOrDefault(state, new Backlog(state, 0, Duration.ZERO));
    }

    @Scheduled(
            every = "${reflow.metrics.backlog-interval:15s}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return executions
                .backlog(deadAfter)
                .invoke(this::seen)
                .onFailure()
                .invoke(failure -> LOG.warnf("counting what waits failed, the next round tries again: %s", failure))
                .replaceWithVoid()
                .onFailure()
                .recoverWithNull();
    }

    private void seen(List<Backlog> backlog) {
        newest = backlog.stream().collect(Collectors.toMap(Backlog::state, each -> each));
    }
}
