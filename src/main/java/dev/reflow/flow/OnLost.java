package dev.reflow.flow;

import java.util.Locale;

/** What becomes of a task whose process died while it ran. */
public enum OnLost {
    /** It is run again, as another attempt. */
    RUN,
    /** It fails: running it twice would be worse than not knowing. */
    FAIL;

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static OnLost of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
