package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.EditedStatus;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.StaleStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record TaskExecutionResponse(
        UUID id,
        UUID flowExecutionId,
        @Schema(minimum = "0") int taskExecutionIdx,
        @Schema(minLength = 1, maxLength = 200) String taskName,
        Instant createdAt,
        Instant updatedAt,
        @Schema(defaultValue = "system") String modifiedBy,
        ProcessingStatus processingStatus,
        EditedStatus editedStatus,
        StaleStatus staleStatus,
        @Nullable JsonNode input,
        @Nullable JsonNode output,

        @Schema(description = "An object with a message") @Nullable
        JsonNode error,

        UUID organizationId,
        @Nullable JsonNode sourceTaskExecutions,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        @Schema(description = "Set in lists") @Nullable List<TaskTagResponse> tags,
        @Nullable Integer credits) {}
