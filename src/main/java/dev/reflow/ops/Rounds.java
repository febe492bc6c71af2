package dev.reflow.ops;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduler;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * What is done again and again. A round that fails is made up for by the next one; of failures in a row the first is told
 * and their end, however often there are rounds. Once the process is to stop no round begins, so that none finds the
 * database closed.
 */
@ApplicationScoped
class Rounds {
    private static final Logger LOG = Logger.getLogger(Rounds.class);
    private static final int FIRST = 1;

    private final Scheduler scheduler;
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();

    Rounds(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /**
     * One round, which never fails.
     *
     * @param what is done, as the log calls it
     */
    Uni<Void> attempt(String what, Uni<?> round) {
        return round.replaceWithVoid()
                .invoke(() -> succeeded(what))
                .onFailure()
                .invoke(failure -> failed(what, failure))
                .onFailure()
                .recoverWithNull();
    }

    private void succeeded(String what) {
        Integer before = failures.remove(what);
        if (before != null) {
            LOG.infof("%s goes on, after %d rounds that failed", what, before);
        }
    }

    private void failed(String what, Throwable failure) {
        if (failures.merge(what, 1, Integer::sum) == 1) {
            LOG.warnf("%s failed, later rounds try again: %s", what, failure);
        } else {
            LOG.debugf("%s failed again: %s", what, failure);
        }
    }

    /** Before the engine, for whose tasks the process may wait. */
    void onStop(@Observes @Priority(FIRST) ShutdownEvent event) {
        scheduler.pause();
    }
}
