package dev.reflow.flow;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a version beside its definition.
 *
 * @param name that a person gave it; null without one
 * @param modifiedBy who named or marked it last, else who made it
 */
public record VersionSummary(
        int version,
        boolean latest,
        @Nullable String name,
        boolean favourite,
        String modifiedBy,
        Instant createdAt,
        Instant updatedAt) {}
