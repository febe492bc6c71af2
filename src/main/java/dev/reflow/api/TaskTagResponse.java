package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record TaskTagResponse(
        UUID id,
        UUID flowExecutionId,
        @Schema(minLength = 1, maxLength = 200) String taskName,
        @Schema(minLength = 1, maxLength = 200) String tag,
        @Schema(minLength = 1, maxLength = 100) String tagType,
        @Nullable JsonNode tagMetadata,
        @Nullable String status,
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        @Nullable String modifiedBy,
        UUID organizationId) {}
