package dev.reflow.ops;

import org.jspecify.annotations.Nullable;

/** The embedded database cannot run; the message says why and what to do about it. */
public final class EmbeddedDatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The way out that always exists, for the end of a message. */
    static final String USE_YOUR_OWN = "or use a PostgreSQL of your own by setting QUARKUS_DATASOURCE_JDBC_URL"
            + " and QUARKUS_DATASOURCE_REACTIVE_URL";

    EmbeddedDatabaseException(String message) {
        this(message, null);
    }

    EmbeddedDatabaseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
