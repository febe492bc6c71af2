package dev.reflow.execution;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far one attempt of a task has come. */
public enum ProcessingStatus {
    QUEUED,
    RUNNING,
    COMPLETED,
    FAILED,
    DELETED,
    AWAITING_INPUT,
    CANCEL_REQUESTED,
    CANCELLED;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static ProcessingStatus of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }

    public static Optional<ProcessingStatus> find(String code) {
        return Arrays.stream(values())
                .filter(status -> status.code().equals(code))
                .findFirst();
    }

    /** Whether nothing more comes of the attempt. */
    public boolean isFinal() {
        return switch (this) {
            case COMPLETED, FAILED, DELETED, CANCELLED -> true;
            case QUEUED, RUNNING, AWAITING_INPUT, CANCEL_REQUESTED -> false;
        };
    }
}
