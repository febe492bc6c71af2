package dev.reflow.api;

import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskStatus;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record TaskStatusResponse(
        UUID id,
        UUID flowExecutionId,
        String taskName,

        @Schema(description = "running for a word of the worker's own, queued for none")
        ProcessingStatus status,

        @Schema(description = "What the worker said") @Nullable
        String reportedStatus,

        Instant createdAt,
        UUID organizationId) {

    static TaskStatusResponse of(TaskStatus status) {
        return new TaskStatusResponse(
                status.id(),
                status.execution().value(),
                status.word().task().value(),
                status.word().shown(),
                status.word().status(),
                status.createdAt(),
                status.organization().value());
    }
}
