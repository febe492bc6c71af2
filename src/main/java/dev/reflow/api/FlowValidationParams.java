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
            description = "Answer an empty object instead of null: no task executor offers anything for a definition",
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
            description = "Answer an empty object instead of null: references have one mode only",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String defaultReferenceModes;

    FlowValidationIncludes read(Form form) {
        return new FlowValidationIncludes(
                form.query("include_dynamic_data", dynamicData).bool().or(false),
                form.query("include_output_schemas", outputSchemas).bool().or(false),
                form.query("include_default_reference_modes", defaultReferenceModes)
                        .bool()
                        .or(false));
    }
}
