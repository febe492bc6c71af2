package dev.reflow.organization;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is not a person.
 *
 * @param active whether its keys open anything
 */
public record ServiceAccount(
        UUID id,
        OrganizationId organization,
        String name,
        @Nullable String description,
        boolean active,
        String modifiedBy,
        Instant createdAt,
        Instant updatedAt) {}
