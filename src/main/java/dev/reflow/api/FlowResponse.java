package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record FlowResponse(
        UUID id,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy,
        String displayName,
        @Nullable String description,
        @Schema(minimum = "1") int version,

        @Schema(description = "draft, published or archived")
        String status,

        boolean isLatest,
        UUID organizationId,
        ObjectNode definition,
        @Nullable FlowSettings settings,
        @Schema(defaultValue = "0") int flowExecutionsCount,
        @Nullable Integer latestVersionExecutionsCount,

        @Schema(description = "In an order in which they can run") @Nullable
        List<String> taskNames,

        @Nullable List<DefinitionFaultResponse> validationErrors,
        @Schema(uniqueItems = true) List<String> tags,
        @Schema(defaultValue = "false") boolean deleted) {}
