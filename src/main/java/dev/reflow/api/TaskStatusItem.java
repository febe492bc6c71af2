package dev.reflow.api;

import dev.reflow.execution.TaskStatus;
import dev.reflow.flow.TaskName;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@Schema(requiredProperties = "task_name")
public record TaskStatusItem(
        @Schema(minLength = 1, maxLength = 255) String taskName,

        @Schema(maxLength = 50, description = "In the worker's own words; awaiting_input: the task waits") @Nullable
        String status) {

    static TaskStatusItem read(Members members) {
        return new TaskStatusItem(
                members.field("task_name").text().atLeast(1).atMost(255).required(),
                members.field("status").text().atMost(50).orNull());
    }

    TaskStatus.Word word() {
        return new TaskStatus.Word(new TaskName(taskName), status);
    }
}
