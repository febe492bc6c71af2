package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.Effect;
import dev.reflow.execution.ProcessingStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of an attempt, to be written down.
 *
 * @param output of a completed attempt
 * @param error why a failed attempt failed
 * @param wakeAt until when a running attempt waits, or when a failed one is followed by the next; null for neither
 */
public record TaskRecord(
        Effect.TaskStart start,
        int version,
        ProcessingStatus status,
        Instant startedAt,
        @Nullable JsonNode output,
        @Nullable String error,
        @Nullable Instant wakeAt) {

    /** Whether the attempt has waited before; otherwise that it runs is true only until something else is written. */
    public boolean goesOn() {
        return start.startedAt() != null;
    }
}
