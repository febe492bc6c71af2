package dev.reflow.api;

import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** What to answer of a definition beyond what is wrong with it. */
public final class FlowValidationParams {
    @QueryParam("include_dynamic_data")
    @Parameter(
            description = "Add what the task executors offer for this definition",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String dynamicData;

    @QueryParam("include_output_schemas")
    @Parameter(
            description = "Add the schema of each task's output",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String outputSchemas;

    @QueryParam("include_default_reference_modes")
    @Parameter(
            description = "Add how each reference is followed by default",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String defaultReferenceModes;

    FlowIncludes read(Form form) {
        return new FlowIncludes(
                true,
                true,
                form.query("include_dynamic_data", dynamicData).bool().or(false),
                form.query("include_output_schemas", outputSchemas).bool().or(false),
                false,
                form.query("include_default_reference_modes", defaultReferenceModes)
                        .bool()
                        .or(false));
    }
}
