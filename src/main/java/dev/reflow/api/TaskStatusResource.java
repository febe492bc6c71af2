package dev.reflow.api;

import dev.reflow.execution.FlowExecutionId;
import dev.reflow.usecase.ReportTaskStatuses;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

@Path("/api/flow-executions/{flow_execution_id}/task-status")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flow executions")
@PermissionsAllowed("report")
public class TaskStatusResource {
    private final CurrentCaller caller;
    private final ReportTaskStatuses reportTaskStatuses;

    TaskStatusResource(CurrentCaller caller, ReportTaskStatuses reportTaskStatuses) {
        this.caller = caller;
        this.reportTaskStatuses = reportTaskStatuses;
    }

    @POST
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "reportTaskStatuses",
            summary = "Report how far tasks have come",
            description =
                    "For workers outside, in their own words. All of them are kept, or none. Nothing is started or"
                            + " ended by it.")
    @APIResponse(
            responseCode = "200",
            description = "Each of them, in the order of the request",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = TaskStatusResponse.class)))
    @APIResponse(responseCode = "400", description = "The version that the execution runs lacks one of the tasks")
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404")
    public Uni<List<TaskStatusResponse>> report(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = TaskStatusCreateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A task that waits",
                                                            value = Examples.TASK_STATUS_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        FlowExecutionId id = FlowExecutionsResource.id(form, flowExecutionId);
        TaskStatusCreateRequest request = TaskStatusCreateRequest.read(form, body);
        form.check();
        return reportTaskStatuses
                .report(caller.get(), id, request.words())
                .map(statuses -> statuses.stream().map(TaskStatusResponse::of).toList());
    }
}
