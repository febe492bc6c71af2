package dev.reflow.ops;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduler;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** What is done again and again: once the process is to stop no round begins, so that none finds the database closed. */
@ApplicationScoped
class Rounds {
    private static final int FIRST = 1;

    private final Scheduler scheduler;

    Rounds(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Before the engine, for whose tasks the process may wait. */
    void onStop(@Observes @Priority(FIRST) ShutdownEvent event) {
        scheduler.pause();
    }
}
