package dev.reflow.api;

import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** The parts of a flow that are answered only when asked for. */
public final class FlowIncludeParams {
    @QueryParam("include_ordered_task_names")
    @Parameter(
            description = "Name the tasks in an order in which they can run",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String orderedTaskNames;

    @QueryParam("include_validation_errors")
    @Parameter(
            description = "List what is wrong with the definition",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String validationErrors;

    @QueryParam("include_dynamic_data")
    @Parameter(
            description = "Accepted, and without effect: no task executor offers anything for a definition",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String dynamicData;

    @QueryParam("include_output_schemas")
    @Parameter(
            description = "Accepted, and without effect: the validation of a definition answers them",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String outputSchemas;

    @QueryParam("include_input_schema")
    @Parameter(
            description = "Accepted, and without effect: the fields of an input task are in its definition",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String inputSchema;

    @QueryParam("include_default_reference_modes")
    @Parameter(
            description = "Accepted, and without effect: references have one mode only",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String defaultReferenceModes;

    FlowIncludes read(Form form) {
        form.query("include_dynamic_data", dynamicData).bool().or(false);
        form.query("include_output_schemas", outputSchemas).bool().or(false);
        form.query("include_input_schema", inputSchema).bool().or(false);
        form.query("include_default_reference_modes", defaultReferenceModes)
                .bool()
                .or(false);
        return new FlowIncludes(
                form.query("include_ordered_task_names", orderedTaskNames)
                        .bool()
                        .or(false),
                form.query("include_validation_errors", validationErrors).bool().or(false));
    }
}
