package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record FlowValidationResponse(
        @Schema(description = "Empty when the definition can be run")
        List<DefinitionFaultResponse> validationErrors,

        @Schema(description = "In an order in which they can run; null when something is wrong") @Nullable
        List<String> orderedTaskNames,

        @Schema(description = "By task, when asked for; no task executor has any") @Nullable
        ObjectNode dynamicData,

        @Schema(description = "By task, when asked for; of tasks whose executor says what comes out") @Nullable
        ObjectNode outputSchemas,

        @Schema(description = "By task, when asked for; references have one mode only") @Nullable
        ObjectNode defaultReferenceModes) {}
