package dev.reflow.execution;

import java.util.Locale;

/** What a generation does with a task. */
public enum Action {
    RUN,
    REUSE,
    /** Once its dependencies are settled: run it if what it would consume differs, else keep its result. */
    RUN_IF_CHANGED,
    /** Nothing: the task is not part of this generation. */
    DROP;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Action of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
