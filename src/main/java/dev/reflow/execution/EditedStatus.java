package dev.reflow.execution;

import java.util.Locale;

/** Whether a person wrote a result, and whether a re-execution has used it since. */
public enum EditedStatus {
    NOT_EDITED,
    EDITED_NOT_REEXECUTED,
    EDITED_REEXECUTED;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static EditedStatus of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
