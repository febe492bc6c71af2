package dev.reflow.ops;

import dev.reflow.execution.ExecutionStore;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** Deletes executions whose flow keeps them for a limited time, in small transactions. */
@ApplicationScoped
class Expiry {
    private static final Logger LOG = Logger.getLogger(Expiry.class);

    private final Rounds rounds;
    private final ExecutionStore executions;
    private final ExpiryConfig config;

    Expiry(Rounds rounds, ExecutionStore executions, ExpiryConfig config) {
        this.rounds = rounds;
        this.executions = executions;
        this.config = config;
    }

    @Scheduled(
            every = "${reflow.ttl.interval:1m}",
            delayed = "${reflow.ttl.interval:1m}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> deleteExpired() {
        return rounds.attempt("deleting expired executions", deleteExpired(config.batches()));
    }

    private Uni<Void> deleteExpired(int batches) {
        return executions.deleteExpired(config.batch()).flatMap(deleted -> {
            LOG.debugf("%d expired executions deleted", deleted);
            return deleted < config.batch() || batches == 1 ? Uni.createFrom().voidItem() : deleteExpired(batches - 1);
        });
    }
}
