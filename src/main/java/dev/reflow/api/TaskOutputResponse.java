package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.StaleStatus;
import dev.reflow.execution.TaskOutput;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record TaskOutputResponse(
        UUID id,
        UUID flowExecutionId,
        @Schema(minLength = 1, maxLength = 200) String taskName,
        @Nullable JsonNode summary,
        @Nullable JsonNode output,
        @Nullable JsonNode tags,
        ProcessingStatus processingStatus,
        OutputEditedStatus editedStatus,
        StaleStatus staleStatus,

        @Schema(implementation = TaskExecutionError.class) @Nullable
        JsonNode error,

        Instant createdAt,
        Instant updatedAt,
        @Schema(defaultValue = "system") String modifiedBy,
        @Schema(minimum = "1") int flowVersion,
        UUID organizationId) {

    static TaskOutputResponse of(TaskOutput output) {
        return of(output.id(), output);
    }

    /** @param id that the client knows it by */
    static TaskOutputResponse of(UUID id, TaskOutput output) {
        TaskOutput.Content content = output.content();
        return new TaskOutputResponse(
                id,
                content.execution().value(),
                content.task().value(),
                content.summary(),
                content.output(),
                content.tags(),
                content.status(),
                OutputEditedStatus.of(content.edited()),
                content.stale(),
                content.error(),
                output.createdAt(),
                output.updatedAt(),
                output.modifiedBy(),
                output.flowVersion(),
                output.organization().value());
    }
}
