package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.FlowTask;
import java.time.Instant;

/** Something that has happened to a generation, and is durable where it has to be. */
public sealed interface Event {
    /** The generation begins, or goes on after it was laid aside or taken over. */
    record Started(Instant now) implements Event {}

    /** @param idx the attempt that made the output */
    record TaskCompleted(FlowTask task, int idx, JsonNode output) implements Event {}

    record TaskFailed(FlowTask task, int idx) implements Event {}

    /** The result of before counts as made from what its dependencies are now. */
    record TaskCutOff(FlowTask task, JsonNode output) implements Event {}

    record TaskAwaits(FlowTask task, int idx, Instant startedAt, Instant until) implements Event {}

    record TimeReached(Instant now) implements Event {}

    record CancelRequested() implements Event {}
}
