package dev.reflow.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt of a task works on.
 *
 * @param parameters the task's parameters, references replaced
 * @param flowInput the input of the execution
 * @param idempotencyKey the same for every attempt of the task in a generation, another in each generation
 * @param startedAt when the attempt began; does not change while it waits
 * @param signal the newest data that was received for the task, see {@link SignalReceiver}; null when there is none
 * @param now the present, by the clock that {@code startedAt} was read from
 * @param traceParent the attempt's span, to be handed on, see {@link TraceParent}; null when nothing is traced
 */
public record TaskInput(
        JsonNode parameters,
        JsonNode flowInput,
        @Nullable JsonNode signal,
        String idempotencyKey,
        Instant startedAt,
        Instant now,
        @Nullable String traceParent) {}
