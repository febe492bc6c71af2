package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.FlowTask;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that has happened to a generation, and is durable where it has to be. */
public sealed interface Event {
    /** The generation begins, or goes on after it was laid aside or taken over. */
    record Started(Instant now) implements Event {}

    /** @param idx the attempt that made the output */
    record TaskCompleted(FlowTask task, int idx, JsonNode output) implements Event {}

    /** @param retryAt when the next attempt is due; null when the task has failed for good */
    record TaskFailed(FlowTask task, int idx, @Nullable Instant retryAt) implements Event {}

    /** The result of before counts as made from what its dependencies are now. */
    record TaskCutOff(FlowTask task, JsonNode output) implements Event {}

    /**
     * @param until when it is to go on; null when it waits for data
     * @param data that it has had; null for none
     */
    record TaskAwaits(
            FlowTask task,
            int idx,
            Instant startedAt,
            @Nullable Instant until,
            @Nullable JsonNode data) implements Event {}

    /** Data came for a task, maybe before the task asked for it. */
    record SignalReceived(FlowTask task, JsonNode data) implements Event {}

    /**
     * A worker has said how a task ended.
     *
     * @param output of a completed attempt
     */
    record TaskReported(
            FlowTask task, Attempt attempt, @Nullable JsonNode output) implements Event {}

    record TimeReached(Instant now) implements Event {}
}
