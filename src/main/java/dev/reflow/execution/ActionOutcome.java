package dev.reflow.execution;

import dev.reflow.error.ErrorCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What comes at once of a caller's action on an execution. */
public enum ActionOutcome {
    /** The execution goes on by itself. */
    RUNS(null, ExecutionStatus.RUNNING),
    /** What runs is being stopped; the execution is {@code cancelled} by itself after that. */
    STOPS(null, ExecutionStatus.CANCEL_REQUESTED),
    /** Shown until nothing waits any more; what runs goes on. */
    WAITS(null, ExecutionStatus.AWAITING_INPUT),
    HIDES(null, ExecutionStatus.DELETED),
    AGES(null, ExecutionStatus.STALE),
    /** Accepted and written down; the status stays as it is. */
    NOTES(null, null),
    /** Accepted, because there is nothing to do. */
    NOTHING(null, null),
    REFUSED(ErrorCode.CONFLICT, null),
    ABSENT(ErrorCode.NOT_FOUND, null);

    private final @Nullable ErrorCode refusal;
    private final @Nullable ExecutionStatus status;

    ActionOutcome(@Nullable ErrorCode refusal, @Nullable ExecutionStatus status) {
        this.refusal = refusal;
        this.status = status;
    }

    /** Why not; empty when the action is accepted. */
    public Optional<ErrorCode> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** The status that the execution gets; empty when it keeps the one that it has. */
    public Optional<ExecutionStatus> status() {
        return Optional.ofNullable(status);
    }

    /** Whether anything is written. */
    public boolean changes() {
        return refusal == null && this != NOTHING;
    }
}
