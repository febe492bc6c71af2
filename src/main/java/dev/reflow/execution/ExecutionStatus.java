package dev.reflow.execution;

import java.util.Locale;

/** What a client sees of an execution as a whole. A label: the engine never reads it. */
public enum ExecutionStatus {
    QUEUED,
    RUNNING,
    AWAITING_INPUT,
    CANCEL_REQUESTED,
    COMPLETED,
    FAILED,
    STALE,
    EDITED,
    CANCELLED,
    DELETED;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static ExecutionStatus of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
