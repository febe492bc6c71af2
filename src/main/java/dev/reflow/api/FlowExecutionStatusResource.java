package dev.reflow.api;

import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.usecase.LabelExecution;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

@Path("/api/flow-executions/{flow_execution_id}/status")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flow executions")
@PermissionsAllowed("operate")
public class FlowExecutionStatusResource {
    private final CurrentCaller caller;
    private final LabelExecution labelExecution;

    FlowExecutionStatusResource(CurrentCaller caller, LabelExecution labelExecution) {
        this.caller = caller;
        this.labelExecution = labelExecution;
    }

    @PATCH
    @Cancellable(false)
    @Operation(
            operationId = "moveFlowExecutionStatus",
            summary = "Move the status that is shown",
            description =
                    "Only this label changes: nothing is started, stopped or deleted by it, and what the execution"
                            + " does next may move it again.")
    @APIResponseSchema(value = FlowExecutionResponse.class, responseCode = "200", responseDescription = "The execution")
    @APIResponse(responseCode = "404")
    public Uni<FlowExecutionResponse> patch(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId,
            @QueryParam("status")
                    @Parameter(
                            required = true,
                            description = "What to show",
                            schema = @Schema(implementation = ExecutionStatus.class))
                    @Nullable
                    String status) {
        Form form = new Form();
        FlowExecutionId id = FlowExecutionsResource.id(form, flowExecutionId);
        ExecutionStatus label =
                form.query("status", status).oneOf(ExecutionStatus.class).required();
        form.check();
        return labelExecution
                .label(caller.get(), id, label)
                .map(execution -> FlowExecutionResponse.of(execution, false));
    }
}
