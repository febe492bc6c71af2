package dev.reflow.execution;

import java.util.Locale;

/** What a generation was asked to run. */
public enum Mode {
    /** Everything: the execution's first generation. */
    FIRST,
    /** Everything again. */
    FULL,
    /** What is stale, failed, unfinished, new or changed, and what depends on it. */
    STALE_ONLY;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Mode of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }

    public static Mode reExecution(boolean onlyStale) {
        return onlyStale ? STALE_ONLY : FULL;
    }
}
