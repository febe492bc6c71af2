package dev.reflow.execution;

import java.util.List;
import java.util.Locale;

/**
 * Why a task is planned as it is.
 *
 * @param detail the parameters that differ, or the tasks that it is about; empty where the code says all
 */
public record Reason(Code code, List<String> detail) {
    public Reason {
        detail = List.copyOf(detail);
    }

    static Reason of(Code code) {
        return new Reason(code, List.of());
    }

    /** The reasons that a plan can give. */
    public enum Code {
        FULL,
        MARKED_STALE,
        EDITED,
        FAILED,
        CANCELLED,
        NEVER_COMPLETED,
        NEW_IN_VERSION,
        DEFINITION_CHANGED,
        UPSTREAM_RUNS,
        UPSTREAM_CHANGED,
        NEVER_REUSED,
        UNCHANGED,
        REMOVED_IN_VERSION,
        /** It is, or follows, an input task that this execution was not started through. */
        NOT_TRIGGERED;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Code of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }
}
