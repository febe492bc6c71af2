package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecution;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record FlowExecutionResponse(
        UUID id,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy,
        UUID flowId,
        @Schema(minimum = "1") int flowVersion,
        ExecutionStatus status,
        ObjectNode input,
        UUID organizationId,
        @Nullable UUID pricingConfigId,
        @Nullable Integer totalCredits,

        @Schema(description = "Set for flows with several input tasks") @Nullable
        String triggeredTaskExecutorName,

        @Schema(minimum = "1", description = "Set when asked for") @Nullable
        Integer runNumber) {

    static FlowExecutionResponse of(FlowExecution execution, boolean withRunNumber) {
        return new FlowExecutionResponse(
                execution.id().value(),
                execution.createdAt(),
                execution.updatedAt(),
                execution.modifiedBy(),
                execution.flow().value(),
                execution.flowVersion(),
                execution.status(),
                (ObjectNode) execution.input(),
                execution.organization().value(),
                null,
                null,
                execution.triggeredExecutor(),
                withRunNumber ? execution.runNumber() : null);
    }
}
