package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

@Schema(requiredProperties = "definition")
public record FlowDefinitionRequest(
        @Schema(description = "The flow's configuration with its tasks")
        ObjectNode definition) {

    static FlowDefinitionRequest read(Form form, JsonBody body) {
        return new FlowDefinitionRequest(
                form.body(body).field("definition").object().required());
    }
}
