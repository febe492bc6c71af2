package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.TaskTag;
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
        UUID organizationId) {

    static TaskTagResponse of(TaskTag tag) {
        TaskTag.Identity identity = tag.identity();
        return new TaskTagResponse(
                tag.id(),
                identity.execution().value(),
                identity.task().value(),
                identity.tag(),
                identity.type(),
                identity.metadata(),
                null,
                tag.createdAt(),
                tag.updatedAt(),
                tag.modifiedBy(),
                tag.organization().value());
    }
}
