package dev.reflow.execution;

import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what came of tasks, and keeps what workers say of it. Deleted executions are not there. */
public interface TaskOutputStore {
    /**
     * Of every task that the caller can see and that has ended, without what was discarded by a full re-execution.
     *
     * @param execution null for all
     */
    Uni<List<FromAttempts>> fromAttempts(Caller caller, @Nullable FlowExecutionId execution);

    /** @param facts of the execution; shared by all of its tasks */
    record FromAttempts(TaskOutput.Attempts attempts, ExecutionFacts facts) {}

    /** Of the task that the attempt belongs to, whichever attempt it is; even of a private flow. */
    Uni<Optional<FromAttempts>> findFromAttempts(OrganizationId organization, UUID attempt);

    /** What workers sent, as {@link #fromAttempts}. */
    Uni<List<TaskOutput>> sent(Caller caller, @Nullable FlowExecutionId execution);

    /** What a worker sent; even of a private flow. */
    Uni<Optional<TaskOutput>> findSent(OrganizationId organization, UUID id);

    /**
     * Keeps what a worker sends. Sent again under its id it takes the place of what it was.
     *
     * @return empty when there is no such execution, or the id belongs to another task's output
     */
    Uni<Optional<TaskOutput>> send(Caller caller, UUID id, TaskOutput.Content content);
}
