package dev.reflow.execution;

import java.util.Locale;

/** What a client sees of an execution as a whole. A label: the engine never reads it. */
public enum ExecutionStatus {
    QUEUED,
    RUNNING,
    COMPLETED,
    FAILED,
    DELETED,
    STALE,
    EDITED,
    AWAITING_INPUT,
    CANCEL_REQUESTED,
    CANCELLED;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static ExecutionStatus of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
