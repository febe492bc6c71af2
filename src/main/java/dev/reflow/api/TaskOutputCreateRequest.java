package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.StaleStatus;
import dev.reflow.execution.TaskOutput;
import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a worker says of what came of a task. Times and author are those of the request, whatever it says of them. */
@Schema(requiredProperties = {"flow_execution_id", "task_name", "summary", "organization_id"})
public record TaskOutputCreateRequest(
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        @Nullable String modifiedBy,

        @Schema(description = "Sent again under the same id, an output is replaced") @Nullable
        UUID id,

        UUID flowExecutionId,
        String taskName,
        @Nullable JsonNode summary,
        @Nullable JsonNode output,
        @Nullable JsonNode tags,
        @Schema(defaultValue = "queued") @Nullable ProcessingStatus processingStatus,
        @Schema(defaultValue = "not_edited") @Nullable OutputEditedStatus editedStatus,
        @Schema(defaultValue = "consistent") @Nullable StaleStatus staleStatus,

        @Schema(description = "An object with a message, or the message") @Nullable
        JsonNode error,

        UUID organizationId) {

    static TaskOutputCreateRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new TaskOutputCreateRequest(
                members.field("created_at").instant().orNull(),
                members.field("updated_at").instant().orNull(),
                members.field("modified_by").text().orNull(),
                members.field("id").uuid().orNull(),
                members.field("flow_execution_id").uuid().required(),
                members.field("task_name").text().required(),
                summary(members),
                members.field("output").json().orNull(),
                members.field("tags").json().orNull(),
                members.field("processing_status").oneOf(ProcessingStatus.class).or(ProcessingStatus.QUEUED),
                members.field("edited_status").oneOf(OutputEditedStatus.class).or(OutputEditedStatus.NOT_EDITED),
                members.field("stale_status").oneOf(StaleStatus.class).or(StaleStatus.CONSISTENT),
                members.field("error").json().orNull(),
                members.field("organization_id").uuid().required());
    }

    /** It has to be there, be it null. */
    private static @Nullable JsonNode summary(Members members) {
        Read<JsonNode> summary = members.field("summary").json();
        return members.has("summary") ? summary.orNull() : summary.required();
    }

    TaskOutput.Content content() {
        return new TaskOutput.Content(
                new FlowExecutionId(flowExecutionId),
                new TaskName(taskName),
                summary,
                output,
                tags,
                processingStatus == null ? ProcessingStatus.QUEUED : processingStatus,
                editedStatus == OutputEditedStatus.EDITED,
                staleStatus == null ? StaleStatus.CONSISTENT : staleStatus,
                error == null ? null : TaskExecutionCreateRequest.withMessage(error));
    }
}
