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

    /** Record that an attempt failed before it could begin. */
    record FailTask(TaskStart start, String message) implements Effect {}

    /** Keep a result, and record that it counts as made from what its dependencies are now. */
    record CutOff(FlowTask task, UUID result, Map<TaskName, Consumed> consumed) implements Effect {}

    /** Nothing can be done before this time. */
    record Park(Instant until) implements Effect {}

    /** The generation has ended. */
    record Finish(EndReason reason, ExecutionStatus status, TaskCounts counts) implements Effect {}

    /**
     * An attempt that begins.
     *
     * @param consumed what it is made from
     * @param startedAt when the attempt first began, if it has waited since; null for one that begins now
     */
    record TaskStart(
            FlowTask task,
            int idx,
            JsonNode parameters,
            Map<TaskName, Consumed> consumed,
            @Nullable String fingerprint,
            @Nullable Instant startedAt) {}
}
