package dev.reflow.execution;

import java.util.Locale;

/** Whether a stale-only re-execution would keep a result as it is. */
public enum StaleStatus {
    CONSISTENT,
    STALE;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static StaleStatus of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
