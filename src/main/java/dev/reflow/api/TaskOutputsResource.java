package dev.reflow.api;

import dev.reflow.error.ReflowException;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.TaskOutputStore;
import dev.reflow.usecase.ExecutionAccess;
import dev.reflow.usecase.SendTaskOutput;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

@Path("/api/task-outputs")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Task outputs", description = "What came of the tasks that have ended, one for each")
public class TaskOutputsResource {
    private final CurrentCaller caller;
    private final ExecutionAccess access;
    private final TaskOutputStore outputs;
    private final SendTaskOutput sendTaskOutput;
    private final TaskOutputResponses responses;

    TaskOutputsResource(
            CurrentCaller caller,
            ExecutionAccess access,
            TaskOutputStore outputs,
            SendTaskOutput sendTaskOutput,
            TaskOutputResponses responses) {
        this.caller = caller;
        this.access = access;
        this.outputs = outputs;
        this.sendTaskOutput = sendTaskOutput;
        this.responses = responses;
    }

    @GET
    @PermissionsAllowed("read")
    @Operation(
            operationId = "listTaskOutputs",
            summary = "List task outputs",
            description = "All of them, newest first: of each task that has ended since the last full re-execution, and"
                    + " what workers sent. Without flow_execution_id, up to a number that is configured.")
    @APIResponse(
            responseCode = "200",
            description = "The task outputs",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = TaskOutputResponse.class)))
    @APIResponse(responseCode = "400", description = "There are too many without flow_execution_id")
    public Uni<List<TaskOutputResponse>> list(
            @QueryParam("flow_execution_id")
                    @Parameter(description = "Only those of this execution", schema = @Schema(format = "uuid"))
                    @Nullable
                    String flowExecutionId) {
        Form form = new Form();
        FlowExecutionId execution = form.query("flow_execution_id", flowExecutionId)
                .uuid()
                .map(FlowExecutionId::new)
                .orNull();
        form.check();
        return outputs.fromAttempts(caller.get(), execution)
                .flatMap(tasks -> outputs.sent(caller.get(), execution).map(sent -> responses.list(tasks, sent)));
    }

    @POST
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(201)
    @PermissionsAllowed("report")
    @Operation(
            operationId = "sendTaskOutput",
            summary = "Send a task's output",
            description = "For workers outside. It is kept as it is; the task does not end by it.")
    @APIResponseSchema(value = TaskOutputResponse.class, responseCode = "201", responseDescription = "The task output")
    @APIResponse(responseCode = "400", description = "The version that the execution runs lacks the task")
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "409", description = "The id is that of another task's output")
    public Uni<TaskOutputResponse> send(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = TaskOutputCreateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "With a summary",
                                                            value = Examples.TASK_OUTPUT_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        TaskOutputCreateRequest request = TaskOutputCreateRequest.read(form, body);
        form.check();
        return sendTaskOutput
                .send(caller.requireOf(request.organizationId(), "Flow execution"), request.id(), request.content())
                .map(TaskOutputResponse::of);
    }

    @GET
    @Path("/{task_output_id}")
    @PermissionsAllowed("read")
    @Operation(
            operationId = "getTaskOutput",
            summary = "Get a task output",
            description = "By its id, or by that of any attempt of the task: what came of the task by now.")
    @APIResponseSchema(value = TaskOutputResponse.class, responseCode = "200", responseDescription = "The task output")
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404")
    public Uni<TaskOutputResponse> get(
            @PathParam("task_output_id") @Parameter(description = "The task output", schema = @Schema(format = "uuid"))
                    String taskOutputId) {
        Form form = new Form();
        UUID id = form.path("task_output_id", taskOutputId).uuid().required();
        form.check();
        return outputs.findSent(caller.get().organization(), id)
                .flatMap(sent -> sent.map(output -> Uni.createFrom().item(TaskOutputResponse.of(output)))
                        .orElseGet(() -> fromAttempts(id)))
                .call(output -> access.requireExecution(caller.get(), new FlowExecutionId(output.flowExecutionId())));
    }

    private Uni<TaskOutputResponse> fromAttempts(UUID id) {
        return outputs.findFromAttempts(caller.get().organization(), id)
                .map(found -> responses.one(id, found.orElseThrow(() -> ReflowException.notFound("Task output"))));
    }
}
