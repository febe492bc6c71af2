package dev.reflow.execution;

import dev.reflow.flow.FlowId;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log of what became of executions and their tasks. It is written with the changes themselves. */
public interface ExecutionEventStore {
    /**
     * Events of an execution with a higher id, lowest first.
     *
     * @param limit how many to read at most
     */
    Uni<List<ExecutionEvent>> after(OrganizationId organization, FlowExecutionId execution, long id, int limit);

    /**
     * What was committed since a position, for all organizations: each event exactly once over consecutive calls, and
     * those of an execution in the order of their ids.
     *
     * @param position of an earlier call; null for a first one, which answers no events
     * @param limit how many to read at most; that many mean that there may be others, which no call will answer
     */
    Uni<Tail> since(@Nullable String position, Collection<FlowId> flows, int limit);

    /** @param position where the next call goes on */
    record Tail(String position, List<ExecutionEvent> events) {}

    /**
     * Removes older events.
     *
     * @param limit how many to remove at most
     * @return how many were removed
     */
    Uni<Integer> purge(Duration olderThan, int limit);
}
