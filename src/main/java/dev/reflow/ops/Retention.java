package dev.reflow.ops;

import dev.reflow.execution.ExecutionEventStore;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.organization.AuditEventStore;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** Purges, in small transactions and never in a request, what was discarded or written down long ago. */
@ApplicationScoped
class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);

    private final Rounds rounds;
    private final ExecutionStore executions;
    private final ExecutionEventStore events;
    private final AuditEventStore audit;
    private final RetentionConfig config;

    Retention(
            Rounds rounds,
            ExecutionStore executions,
            ExecutionEventStore events,
            AuditEventStore audit,
            RetentionConfig config) {
        this.rounds = rounds;
        this.executions = executions;
        this.events = events;
        this.audit = audit;
        this.config = config;
    }

    @Scheduled(
            every = "${reflow.retention.interval:10m}",
            delayed = "${reflow.retention.interval:10m}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> purge() {
        return rounds.attempt("purging discarded generations", purgeSuperseded())
                .chain(() -> rounds.attempt("purging events", purgeEvents()))
                .chain(() -> rounds.attempt("purging records of changes", purgeAudit()));
    }

    private Uni<Void> purgeSuperseded() {
        return executions.purgeSuperseded(config.superseded(), config.batch()).flatMap(purged -> {
            LOG.debugf("%d discarded generations purged", purged);
            return purged < config.batch() ? Uni.createFrom().voidItem() : purgeSuperseded();
        });
    }

    private Uni<Void> purgeEvents() {
        return events.purge(config.events(), config.eventBatch()).flatMap(purged -> {
            LOG.debugf("%d events purged", purged);
            return purged < config.eventBatch() ? Uni.createFrom().voidItem() : purgeEvents();
        });
    }

    private Uni<Void> purgeAudit() {
        return audit.purge(config.audit(), config.eventBatch()).flatMap(purged -> {
            LOG.debugf("%d records of changes purged", purged);
            return purged < config.eventBatch() ? Uni.createFrom().voidItem() : purgeAudit();
        });
    }
}
