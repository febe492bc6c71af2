package dev.reflow.flow;

import java.util.Locale;

/** Who may see and execute a flow. */
public enum Visibility {
    /** Its creator, and the organization's administrators. */
    PRIVATE,
    /** All of its organization. */
    ORGANIZATION,
    /** All of its organization; of the same effect here. */
    PUBLIC;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Visibility of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
