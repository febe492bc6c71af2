package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.TaskTag;
import dev.reflow.flow.TaskName;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@Schema(requiredProperties = {"operation", "flow_execution_id", "task_name", "tag", "tag_type"})
public record TaskTagItem(
        TaskTag.Operation operation,
        UUID flowExecutionId,
        @Schema(minLength = 1, maxLength = 200) String taskName,
        @Schema(minLength = 1, maxLength = 200) String tag,
        @Schema(minLength = 1, maxLength = 100) String tagType,

        @Schema(description = "Part of what the tag is; null is the same as none") @Nullable
        JsonNode tagMetadata) {

    static TaskTagItem read(Members members) {
        return new TaskTagItem(
                members.field("operation").oneOf(TaskTag.Operation.class).required(),
                members.field("flow_execution_id").uuid().required(),
                members.field("task_name").text().atLeast(1).atMost(200).required(),
                members.field("tag").text().atLeast(1).atMost(200).required(),
                members.field("tag_type").text().atLeast(1).atMost(100).required(),
                members.field("tag_metadata").json().orNull());
    }

    TaskTag.Change change() {
        return new TaskTag.Change(
                operation,
                new TaskTag.Identity(
                        new FlowExecutionId(flowExecutionId), new TaskName(taskName), tag, tagType, tagMetadata));
    }
}
