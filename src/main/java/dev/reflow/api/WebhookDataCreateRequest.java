package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.execution.WebhookData;
import dev.reflow.flow.TaskName;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

@Schema(requiredProperties = {"task_name", "data"})
public record WebhookDataCreateRequest(
        @Schema(description = "The task that waits for it, now or later")
        String taskName,

        @Schema(description = "Has the fields that the task asks for")
        ObjectNode data) {

    static WebhookDataCreateRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new WebhookDataCreateRequest(
                members.field("task_name").text().required(),
                members.field("data").object().required());
    }

    WebhookData webhookData() {
        return new WebhookData(new TaskName(taskName), data);
    }
}
