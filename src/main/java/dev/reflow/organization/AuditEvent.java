package dev.reflow.organization;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The record of a change.
 *
 * @param id of version 7, so that it says when the change was made
 * @param subject who made it, see {@link Caller#subject}
 * @param name what they were called then
 * @param thing the id of what was changed
 */
public record AuditEvent(UUID id, String subject, String name, Origin origin, UUID thing) {
    private static final int BITS_BESIDE_TIME = 16;
    private static final long LAST = (1L << (Long.SIZE - BITS_BESIDE_TIME)) - 1;

    public Instant at() {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> BITS_BESIDE_TIME);
    }

    /** No record of this millisecond or a later one has a lower id, none of an earlier one a higher. */
    public static UUID firstId(long epochMillis) {
        return new UUID(Math.min(Math.max(epochMillis, 0), LAST) << BITS_BESIDE_TIME, 0);
    }

    /**
     * Which records to read, newest first; every part that is not null narrows them.
     *
     * @param from the first millisecond
     * @param to the last millisecond
     * @param after the record that the page follows
     */
    public record Query(
            @Nullable Long from,
            @Nullable Long to,
            @Nullable String subject,
            @Nullable String operation,
            @Nullable UUID thing,
            @Nullable UUID after,
            int limit) {}
}
