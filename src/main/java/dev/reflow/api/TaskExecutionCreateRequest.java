package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskReport;
import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a worker says of an attempt. */
@Schema(requiredProperties = {"flow_execution_id", "task_name", "task_execution_idx", "processing_status"})
public record TaskExecutionCreateRequest(
        UUID flowExecutionId,
        @Schema(minLength = 1, maxLength = 200) String taskName,

        @Schema(minimum = "0", description = "Counts the task's attempts in the execution")
        int taskExecutionIdx,

        String processingStatus,
        @Nullable JsonNode input,
        @Nullable JsonNode output,

        @Schema(description = "An object with a message, or the message") @Nullable
        JsonNode error,

        @Nullable JsonNode sourceTaskExecutions,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,

        @Schema(
                enumeration = {"completed", "failed"},
                description = "Ends the task, whatever the processing status")
        @Nullable
        String terminalTaskStatus) {
    /** Far below the largest number, so that there is always a next attempt. */
    private static final int HIGHEST_IDX = 1_000_000_000;

    static TaskExecutionCreateRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new TaskExecutionCreateRequest(
                members.field("flow_execution_id").uuid().required(),
                members.field("task_name").text().atLeast(1).atMost(200).required(),
                members.field("task_execution_idx")
                        .integer()
                        .atLeast(0)
                        .atMost(HIGHEST_IDX)
                        .required(),
                members.field("processing_status").text().required(),
                members.field("input").json().orNull(),
                members.field("output").json().orNull(),
                members.field("error").json().orNull(),
                members.field("source_task_executions").json().orNull(),
                members.field("started_at")
                        .instant()
                        .map(TaskExecutionCreateRequest::inMilliseconds)
                        .orNull(),
                members.field("completed_at")
                        .instant()
                        .map(TaskExecutionCreateRequest::inMilliseconds)
                        .orNull(),
                members.field("terminal_task_status")
                        .text()
                        .oneOf("completed", "failed")
                        .orNull());
    }

    /** @throws ReflowException {@code bad_request} when the statuses are not known or contradict each other */
    TaskReport report() {
        return new TaskReport(
                new TaskName(taskName),
                taskExecutionIdx,
                status(),
                input,
                output,
                error == null ? null : withMessage(error),
                sourceTaskExecutions,
                startedAt,
                completedAt);
    }

    private ProcessingStatus status() {
        ProcessingStatus status = ProcessingStatus.find(processingStatus)
                .orElseThrow(() -> new ReflowException(
                        ErrorCode.BAD_REQUEST, "There is no processing status '" + processingStatus + "'"));
        if (terminalTaskStatus == null || terminalTaskStatus.equals(processingStatus)) {
            return status;
        }
        if (status.isFinal()) {
            throw new ReflowException(
                    ErrorCode.BAD_REQUEST,
                    "The attempt is " + processingStatus + " and the task " + terminalTaskStatus + "; it is only one");
        }
        return ProcessingStatus.of(terminalTaskStatus);
    }

    static JsonNode withMessage(JsonNode error) {
        if (error.path("message").isTextual()) {
            return error;
        }
        String message = error.isTextual() ? error.textValue() : error.toString();
        return JsonNodeFactory.instance.objectNode().put("message", message);
    }

    private static Instant inMilliseconds(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }
}
