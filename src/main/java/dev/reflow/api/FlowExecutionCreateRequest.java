package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@Schema(requiredProperties = {"flow_id", "input"})
public record FlowExecutionCreateRequest(
        UUID flowId,

        @Schema(description = "Matches the schema of the input task")
        ObjectNode input,

        @Schema(description = "Needed when the flow has several input tasks") @Nullable
        String inputTaskName) {

    static FlowExecutionCreateRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new FlowExecutionCreateRequest(
                members.field("flow_id").uuid().required(),
                members.field("input").object().required(),
                members.field("input_task_name").text().orNull());
    }
}
