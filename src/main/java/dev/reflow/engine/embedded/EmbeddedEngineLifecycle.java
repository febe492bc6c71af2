package dev.reflow.engine.embedded;

import dev.reflow.engine.Command;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.Wakeups;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.task.TaskExecutors;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The engine as part of the service: it starts and stops with it. */
@ApplicationScoped
class EmbeddedEngineLifecycle implements WorkflowEngine {
    private static final Logger LOG = Logger.getLogger(EmbeddedEngineLifecycle.class);
    /** For giving back what is left, once all that was to end has ended. */
    private static final Duration HANDOVER_LIMIT = Duration.ofSeconds(5);

    private final ThreadLoop loop;
    private final EmbeddedEngine engine;
    private final EngineConfig config;
    private final Wakeups wakeups;
    private @Nullable Future<?> handOver;

    EmbeddedEngineLifecycle(
            ThreadLoop loop,
            EngineConfig config,
            GenerationStore store,
            Wakeups wakeups,
            TaskExecutors executors,
            MeterRegistry registry,
            Tracer tracer) {
        this.loop = loop;
        this.engine = new EmbeddedEngine(
                loop, config, store, wakeups, executors, new EngineTelemetry(registry, tracer), NodeId::random);
        this.config = config;
        this.wakeups = wakeups;
    }

    void onStart(@Observes StartupEvent event) {
        if (config.enabled()) {
            engine.start();
        }
    }

    /** The process is about to stop and still answers requests: its work can be given away meanwhile. */
    void beforeStop(@Observes ShutdownDelayInitiatedEvent event) {
        handOver();
    }

    void onStop(@Observes ShutdownEvent event) {
        try {
            handOver().get(config.shutdownTimeout().plus(HANDOVER_LIMIT).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warnf("running executions could not be handed over; others find them when this process is dead: %s", e);
        }
        loop.close();
    }

    private synchronized Future<?> handOver() {
        if (handOver == null) {
            handOver = config.enabled()
                    ? engine.stop().subscribeAsCompletionStage()
                    : CompletableFuture.completedFuture(null);
        }
        return handOver;
    }

    @Override
    public Optional<NodeId> claimant() {
        return engine.claimant();
    }

    @Override
    public void tell(Command command) {
        if (config.enabled()) {
            engine.tell(command);
        } else {
            wakeups.send();
        }
    }
}
