package dev.reflow.organization;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** An API key as a client sends it. It is never kept; what is kept is its hash, and a prefix to look it up by. */
public record ApiKeyToken(String value) {
    private static final String MARK = "saf_";
    private static final int RANDOM_BYTES = 32;
    private static final int LONG_PREFIX = 12;

    /** A new key with 256 random bits. */
    public static ApiKeyToken random(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new ApiKeyToken(MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    public boolean isWellFormed() {
        return value.startsWith(MARK) && value.length() > MARK.length();
    }

    /** Tells nothing that would help to guess the rest: a short key shows only the mark that all keys have. */
    public String prefix() {
        return value.substring(0, value.length() < 2 * LONG_PREFIX ? MARK.length() : LONG_PREFIX);
    }

    public byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return prefix() + "…";
    }
}
