package dev.reflow.engine.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What happened, in order; only of a run that somebody looks at. */
final class Trace {
    private final boolean kept;
    private final VirtualScheduler scheduler;
    private final List<String> events = new ArrayList<>();

    Trace(boolean kept, VirtualScheduler scheduler) {
        this.kept = kept;
        this.scheduler = scheduler;
    }

    void add(Supplier<String> event) {
        if (kept) {
            events.add(String.format("%9.3f s  %s", scheduler.now().toNanos() / 1e9, event.get()));
        }
    }

    List<String> events() {
        return events;
    }
}
