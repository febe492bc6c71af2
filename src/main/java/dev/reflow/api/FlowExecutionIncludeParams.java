package dev.reflow.api;

import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** The parts of an execution that are answered only when asked for. */
public final class FlowExecutionIncludeParams {
    @QueryParam("include_run_number")
    @Parameter(
            description = "Number the flow's executions by their creation",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String runNumber;

    @QueryParam("include_credits")
    @Parameter(description = "Add the credits", schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String credits;

    FlowExecutionIncludes read(Form form) {
        return new FlowExecutionIncludes(
                form.query("include_run_number", runNumber).bool().or(false),
                form.query("include_credits", credits).bool().or(false));
    }
}
