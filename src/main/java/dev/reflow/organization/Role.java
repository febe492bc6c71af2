package dev.reflow.organization;

import java.util.Locale;

/** The platform's roles. */
public enum Role {
    ORG_ADMIN,
    BACKOFFICE,
    PUBLISHER,
    APP_USER,
    INTEGRATION,
    WORKER;

    /** The role's name in the API and the database. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Role of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
