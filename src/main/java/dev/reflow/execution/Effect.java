package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Something to be done for a generation. */
public sealed interface Effect {
    /** Run an attempt of a task and tell how it ended. */
    record RunTask(TaskStart start) implements Effect {}

    /**
     * Record that an attempt failed without running, or while it waited.
     *
     * @param retryAt when the next attempt is due; null for none
     */
    record FailTask(
            TaskStart start, String message, @Nullable Instant retryAt) implements Effect {}

    /** Keep a result, and record that it counts as made from what its dependencies are now. */
    record CutOff(FlowTask task, UUID result, Map<TaskName, Consumed> consumed) implements Effect {}

    /**
     * Nothing can be done now.
     *
     * @param until when something can be; null when only data from outside can change that
     * @param forSignal whether a task waits for data
     */
    record Park(@Nullable Instant until, boolean forSignal) implements Effect {}

    /** The generation has ended. */
    record Finish(EndReason reason, ExecutionStatus status, TaskCounts counts) implements Effect {}

    /**
     * An attempt that begins.
     *
     * @param consumed what it is made from
     * @param signal the newest data that was received for the task; null when there is none
     * @param startedAt when the attempt first began, if it has waited since; null for one that begins now
     */
    record TaskStart(
            FlowTask task,
            int idx,
            JsonNode parameters,
            Map<TaskName, Consumed> consumed,
            @Nullable String fingerprint,
            @Nullable JsonNode signal,
            @Nullable Instant startedAt) {

        /** The same work as an attempt that has waited, or that follows a failed one. */
        TaskStart as(int attempt, @Nullable Instant began) {
            return new TaskStart(task, attempt, parameters, consumed, fingerprint, signal, began);
        }
    }
}
