package dev.reflow.api;

import dev.reflow.execution.ExecutionEvent;
import dev.reflow.execution.ExecutionEventStore;
import dev.reflow.execution.FlowExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Reads the log of an execution, and knows how far it has come. */
final class LogReader {
    private final ExecutionEventStore log;
    private final FlowExecution execution;
    private final int page;
    private volatile long last;

    LogReader(ExecutionEventStore log, FlowExecution execution, long after, int page) {
        this.log = log;
        this.execution = execution;
        this.page = page;
        this.last = after;
    }

    /** What was not read yet, page by page as it is asked for. */
    Multi<ExecutionEvent> rest() {
        return Multi.createBy()
                .repeating()
                .uni(this::read)
                .whilst(events -> events.size() == page)
                .onItem()
                .disjoint();
    }

    private Uni<List<ExecutionEvent>> read() {
        return log.after(execution.organization(), execution.id(), last, page).invoke(events -> {
            if (!events.isEmpty()) {
                last = events.get(events.size() - 1).id();
            }
        });
    }

    /** The event, or nothing where it was in what was read. */
    Multi<ExecutionEvent> unread(ExecutionEvent event) {
        if (event.id() <= last) {
            return Multi.createFrom().empty();
        }
        last = event.id();
        return Multi.createFrom().item(event);
    }
}
