package dev.reflow.engine.embedded;

import dev.reflow.engine.Command;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.Wakeups;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.task.TaskExecutors;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The engine as part of the service: it starts and stops with it. */
@ApplicationScoped
class EmbeddedEngineLifecycle implements WorkflowEngine {
    private static final Logger LOG = Logger.getLogger(EmbeddedEngineLifecycle.class);
    /** For giving back what is left, once all that was to end has ended. */
    private static final Duration HANDOVER_LIMIT = Duration.ofSeconds(5);

    private final ThreadLoop loop = new ThreadLoop();
    private final EmbeddedEngine engine;
    private final EngineConfig config;
    private final Wakeups wakeups;

    EmbeddedEngineLifecycle(EngineConfig config, GenerationStore store, Wakeups wakeups, TaskExecutors executors) {
        this.engine = new EmbeddedEngine(loop, config, store, wakeups, executors, NodeId::random);
        this.config = config;
        this.wakeups = wakeups;
    }

    void onStart(@Observes StartupEvent event) {
        if (config.enabled()) {
            engine.start();
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        if (config.enabled()) {
            try {
                engine.stop().await().atMost(config.shutdownTimeout().plus(HANDOVER_LIMIT));
            } catch (RuntimeException e) {
                LOG.warnf(
                        "running executions could not be handed over; others find them when this process is dead: %s",
                        e);
            }
        }
        loop.close();
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
