package dev.reflow.organization;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an API key after it was shown for the only time.
 *
 * @param tokenPrefix how it begins
 * @param lastUsedAt about, to the minute; null when it was not used yet
 */
public record IssuedApiKey(
        UUID id,
        OrganizationId organization,
        UUID serviceAccount,
        String name,
        @Nullable String description,
        String tokenPrefix,
        @Nullable Instant lastUsedAt,
        String modifiedBy,
        Instant createdAt,
        Instant updatedAt) {}
