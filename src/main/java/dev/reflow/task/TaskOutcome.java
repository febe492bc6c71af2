package dev.reflow.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/** How an attempt of a task ended, or what it waits for. */
public sealed interface TaskOutcome {
    record Completed(JsonNode output) implements TaskOutcome {}

    /** @param message for the person who has to mend it */
    record Failed(String message) implements TaskOutcome {}

    /** The attempt is run again, with the same {@code startedAt}, once this time has come; until then it costs nothing. */
    record Awaiting(Instant until) implements TaskOutcome {}

    /** The attempt is run again, with the same {@code startedAt}, once data was received for the task. */
    record AwaitingSignal() implements TaskOutcome {}
}
