package dev.reflow.organization;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What shows that a caller is who it says, for what lasts longer than a request and has to look at it again.
 *
 * @param apiKey the id of a key, which may be revoked at any time
 * @param expires when a token is over
 */
public record Proof(@Nullable UUID apiKey, @Nullable Instant expires) {
    /** Of the service itself. */
    static final Proof NONE = new Proof(null, null);

    static Proof key(UUID id) {
        return new Proof(id, null);
    }

    public static Proof token(Instant expires) {
        return new Proof(null, expires);
    }
}
