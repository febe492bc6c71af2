package dev.reflow.execution;

import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A change of a status, of an execution or of one of its tasks.
 *
 * @param id rises within an execution
 * @param generation of the execution or, where a task changed, of its attempt
 * @param status of the execution, directly after the change
 * @param task null when the execution itself changed
 */
public record ExecutionEvent(
        long id,
        FlowId flow,
        FlowExecutionId execution,
        int generation,
        ExecutionStatus status,
        @Nullable Task task,
        Instant at) {

    /** The attempt that changed, and what it is now. */
    public record Task(UUID id, TaskName name, int idx, ProcessingStatus status) {}
}
