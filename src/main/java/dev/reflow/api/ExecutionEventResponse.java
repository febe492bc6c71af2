package dev.reflow.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.reflow.execution.ExecutionEvent;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.ProcessingStatus;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExecutionEventResponse(
        @Schema(description = "Rises within an execution") long id,

        @Schema(description = "What changed: flow_execution or task_execution")
        String type,

        UUID flowId,
        UUID flowExecutionId,

        @Schema(minimum = "1", description = "Of the execution, or of the task's attempt")
        int generation,

        @Schema(description = "Of the execution, after the change")
        ExecutionStatus status,

        @Schema(description = "Only of task_execution") @Nullable
        String taskName,

        @Schema(description = "Only of task_execution") @Nullable
        UUID taskExecutionId,

        @Schema(description = "Only of task_execution") @Nullable
        Integer taskExecutionIdx,

        @Schema(description = "Only of task_execution") @Nullable
        ProcessingStatus processingStatus,

        Instant at) {
    static ExecutionEventResponse of(ExecutionEvent event) {
        ExecutionEvent.Task task = event.task();
        return new ExecutionEventResponse(
                event.id(),
                task == null ? "flow_execution" : "task_execution",
                event.flow().value(),
                event.execution().value(),
                event.generation(),
                event.status(),
                task == null ? null : task.name().value(),
                task == null ? null : task.id(),
                task == null ? null : task.idx(),
                task == null ? null : task.status(),
                event.at());
    }
}
