package dev.reflow.execution;

import java.util.Locale;

/** Why a generation is no longer active. */
public enum EndReason {
    COMPLETED,
    FAILED,
    CANCELLED,
    /** Another generation was started. Nobody writes this: it follows from the other one being there. */
    SUPERSEDED;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static EndReason of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
