package dev.reflow.api;

import dev.reflow.execution.TaskStatus;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How far tasks have come, as a worker says. */
@Schema(requiredProperties = "statuses")
public record TaskStatusCreateRequest(
        @Schema(minItems = 1, maxItems = 100) List<TaskStatusItem> statuses) {

    static TaskStatusCreateRequest read(Form form, JsonBody body) {
        return new TaskStatusCreateRequest(form.body(body)
                .field("statuses")
                .list(1, 100, item -> item.object(TaskStatusItem::read).required())
                .required());
    }

    List<TaskStatus.Word> words() {
        return statuses.stream().map(TaskStatusItem::word).toList();
    }
}
