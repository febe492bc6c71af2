package dev.reflow.organization;

import java.util.Locale;

/** What callers are known by. */
public enum Credential {
    API_KEY,
    TOKEN,
    /** None: the service does it by itself. */
    SYSTEM;

    /** The credential's name in the API and the database. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Credential of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
