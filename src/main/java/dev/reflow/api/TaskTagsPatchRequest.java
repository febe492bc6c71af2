package dev.reflow.api;

import dev.reflow.execution.TaskTag;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Tags to add and to remove, carried out in this order. */
@Schema(requiredProperties = "tags")
public record TaskTagsPatchRequest(
        @Schema(minItems = 1, maxItems = 100) List<TaskTagItem> tags) {

    static TaskTagsPatchRequest read(Form form, JsonBody body) {
        return new TaskTagsPatchRequest(form.body(body)
                .field("tags")
                .list(1, 100, item -> item.object(TaskTagItem::read).required())
                .required());
    }

    List<TaskTag.Change> changes() {
        return tags.stream().map(TaskTagItem::change).toList();
    }
}
