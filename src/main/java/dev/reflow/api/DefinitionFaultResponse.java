package dev.reflow.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.Fault;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** @param input the value that is wrong */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(requiredProperties = {"type", "loc", "msg", "input"})
public record DefinitionFaultResponse(
        String type,
        @Schema(ref = "Location") List<Object> loc,
        String msg,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable JsonNode input,
        @Nullable ObjectNode ctx,
        @Nullable String url) {

    static DefinitionFaultResponse of(Fault fault) {
        return new DefinitionFaultResponse(fault.type(), fault.loc(), fault.msg(), fault.input(), null, null);
    }
}
