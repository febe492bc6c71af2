package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.execution.EditedStatus;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.StaleStatus;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A task execution as it was answered, with what the client has changed. */
@Schema(
        requiredProperties = {
            "id",
            "flow_execution_id",
            "task_execution_idx",
            "task_name",
            "processing_status",
            "edited_status",
            "stale_status",
            "organization_id"
        })
public record TaskExecutionUpdateRequest(
        UUID id,
        UUID flowExecutionId,
        @Schema(minimum = "0") int taskExecutionIdx,
        @Schema(minLength = 1, maxLength = 200) String taskName,
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        @Schema(defaultValue = "system") @Nullable String modifiedBy,
        ProcessingStatus processingStatus,
        EditedStatus editedStatus,
        StaleStatus staleStatus,
        @Nullable JsonNode input,
        @Nullable JsonNode output,
        @Nullable JsonNode error,
        UUID organizationId,
        @Nullable JsonNode sourceTaskExecutions,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        @Nullable Integer credits) {

    static TaskExecutionUpdateRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new TaskExecutionUpdateRequest(
                members.field("id").uuid().required(),
                members.field("flow_execution_id").uuid().required(),
                members.field("task_execution_idx").integer().atLeast(0).required(),
                members.field("task_name").text().atLeast(1).atMost(200).required(),
                members.field("created_at").instant().orNull(),
                members.field("updated_at").instant().orNull(),
                members.field("modified_by").text().orNull(),
                members.field("processing_status").oneOf(ProcessingStatus.class).required(),
                members.field("edited_status").oneOf(EditedStatus.class).required(),
                members.field("stale_status").oneOf(StaleStatus.class).required(),
                members.field("input").json().orNull(),
                members.has("output") ? members.field("output").json().or(NullNode.instance) : null,
                members.field("error").json().orNull(),
                members.field("organization_id").uuid().required(),
                members.field("source_task_executions").json().orNull(),
                members.field("started_at").instant().orNull(),
                members.field("completed_at").instant().orNull(),
                members.field("credits").integer().orNull());
    }
}
