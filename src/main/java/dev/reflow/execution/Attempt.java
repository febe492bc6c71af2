package dev.reflow.execution;

import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the decisions need to know of one attempt of a task: everything but its payloads.
 *
 * @param idx counts the task's attempts in the execution from 0 and never restarts
 * @param flowVersion the version whose definition it ran
 * @param markedStale whether a person asked for it to be run again
 * @param editRevision how often a person edited its output
 * @param editedIn the execution's newest generation when it was last edited; 0 for never
 * @param consumed what it was made from, by dependency
 * @param fingerprint of what went into it; null when not made by the engine
 * @param cutOffIn the newest generation that found its inputs unchanged and kept it; 0 for none
 * @param wakeAt until when it waits; null when it does not
 * @param startedAt null when that is not known
 */
public record Attempt(
        UUID id,
        TaskName task,
        int idx,
        int generation,
        int flowVersion,
        ProcessingStatus status,
        EditedStatus edited,
        boolean markedStale,
        int editRevision,
        int editedIn,
        Map<TaskName, Consumed> consumed,
        @Nullable String fingerprint,
        int cutOffIn,
        @Nullable Instant wakeAt,
        @Nullable Instant startedAt) {
    public Attempt {
        consumed = Map.copyOf(consumed);
    }

    /** What a task that is made from this attempt now remembers of it. */
    public Consumed asConsumed() {
        return new Consumed(idx, editRevision);
    }

    public boolean isCompleted() {
        return status == ProcessingStatus.COMPLETED;
    }

    /** Whether a worker has said that it makes the attempt, and not yet how it ended. */
    boolean isInWorkersHands() {
        return fingerprint == null && !status.isFinal();
    }

    public boolean isEdited() {
        return edited != EditedStatus.NOT_EDITED;
    }

    /** The attempt as it was before a person edited it. */
    public Attempt unedited(ProcessingStatus statusBefore, int revisionBefore) {
        return new Attempt(
                id,
                task,
                idx,
                generation,
                flowVersion,
                statusBefore,
                revisionBefore == 0 ? EditedStatus.NOT_EDITED : edited,
                markedStale,
                revisionBefore,
                editedIn,
                consumed,
                fingerprint,
                cutOffIn,
                wakeAt,
                startedAt);
    }

    /** The attempt as one that goes on when something comes for it. */
    public Attempt awaited() {
        return new Attempt(
                id,
                task,
                idx,
                generation,
                flowVersion,
                ProcessingStatus.AWAITING_INPUT,
                edited,
                markedStale,
                editRevision,
                editedIn,
                consumed,
                fingerprint,
                cutOffIn,
                wakeAt,
                startedAt);
    }

    Attempt cutOff(int generation, Map<TaskName, Consumed> nowConsumed) {
        return new Attempt(
                id,
                task,
                idx,
                this.generation,
                flowVersion,
                status,
                edited,
                markedStale,
                editRevision,
                editedIn,
                nowConsumed,
                fingerprint,
                generation,
                wakeAt,
                startedAt);
    }
}
