package dev.reflow.api;

import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ResultEdit;
import dev.reflow.execution.TaskTagStore;
import dev.reflow.usecase.EditTaskResult;
import dev.reflow.usecase.ExecutionAccess;
import dev.reflow.usecase.ReportTaskExecution;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
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

@Path("/api/task-executions")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Task executions", description = "What the tasks of an execution did, and corrections of it")
public class TaskExecutionsResource {
    private final CurrentCaller caller;
    private final ExecutionAccess access;
    private final ExecutionStore executions;
    private final TaskTagStore tags;
    private final EditTaskResult editTaskResult;
    private final ReportTaskExecution reportTaskExecution;
    private final TaskExecutionResponses responses;

    TaskExecutionsResource(
            CurrentCaller caller,
            ExecutionAccess access,
            ExecutionStore executions,
            TaskTagStore tags,
            EditTaskResult editTaskResult,
            ReportTaskExecution reportTaskExecution,
            TaskExecutionResponses responses) {
        this.caller = caller;
        this.access = access;
        this.executions = executions;
        this.tags = tags;
        this.editTaskResult = editTaskResult;
        this.reportTaskExecution = reportTaskExecution;
        this.responses = responses;
    }

    @GET
    @PermissionsAllowed("read")
    @Operation(
            operationId = "listTaskExecutions",
            summary = "List task executions",
            description = "Newest first, all attempts since the last full re-execution, or those of one generation."
                    + " Without flow_execution_id, up to a number that is configured.")
    @APIResponseSchema(
            value = ListTaskExecutionsResponse.class,
            responseCode = "200",
            responseDescription = "The task executions")
    @APIResponse(responseCode = "400", description = "There are too many without flow_execution_id")
    public Uni<ListTaskExecutionsResponse> list(@BeanParam TaskExecutionListParams params) {
        Form form = new Form();
        TaskExecutionListQuery query = params.read(form);
        form.check();
        return executions
                .tasks(caller.get(), query.query())
                .flatMap(tasks -> tags.find(caller.get().organization(), executionsOf(tasks), query.task())
                        .map(found -> responses.list(tasks, found)));
    }

    private static Set<FlowExecutionId> executionsOf(List<ExecutionStore.TaskExecutionInContext> tasks) {
        return tasks.stream().map(task -> task.task().flowExecution()).collect(Collectors.toSet());
    }

    @POST
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(201)
    @PermissionsAllowed("report")
    @Operation(
            operationId = "reportTaskExecution",
            summary = "Report an attempt of a task",
            description = "For workers outside. What a report leaves out stays as it was reported before.")
    @APIResponseSchema(
            value = TaskExecutionResponse.class,
            responseCode = "201",
            responseDescription = "The task execution, begun or changed")
    @APIResponse(responseCode = "400")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "409", description = "The attempt, its task or its generation has ended")
    public Uni<TaskExecutionResponse> report(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = TaskExecutionCreateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A finished task",
                                                            value = Examples.TASK_EXECUTION_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        TaskExecutionCreateRequest request = TaskExecutionCreateRequest.read(form, body);
        form.check();
        return reportTaskExecution
                .report(caller.get(), new FlowExecutionId(request.flowExecutionId()), request.report())
                .map(responses::one);
    }

    @PUT
    @PermissionsAllowed("operate")
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "updateTaskExecution",
            summary = "Edit a task's result",
            description = "What depends on it becomes stale, and is executed again when asked for."
                    + " Without an `output` the result stays as it is; with null it is null.")
    @APIResponseSchema(
            value = TaskExecutionResponse.class,
            responseCode = "200",
            responseDescription = "The task execution as it is now")
    @APIResponse(responseCode = "400")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "409", description = "Somebody was faster, or a running execution needs the task")
    public Uni<TaskExecutionResponse> update(
            @QueryParam("execute_flow")
                    @Parameter(
                            description = "Execute what becomes stale",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
                    @Nullable
                    String executeFlow,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = TaskExecutionUpdateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A corrected output",
                                                            value = Examples.TASK_EXECUTION_UPDATE)))
                    JsonBody body) {
        Form form = new Form();
        boolean execute = form.query("execute_flow", executeFlow).bool().or(false);
        TaskExecutionUpdateRequest request = TaskExecutionUpdateRequest.read(form, body);
        form.check();
        ResultEdit edit = new ResultEdit(request.output(), request.staleStatus(), request.updatedAt(), execute);
        return editTaskResult
                .edit(
                        caller.requireOf(request.organizationId(), "Task execution"),
                        request.id(),
                        new FlowExecutionId(request.flowExecutionId()),
                        edit)
                .map(responses::one);
    }

    @GET
    @PermissionsAllowed("read")
    @Path("/{task_execution_id}")
    @Operation(operationId = "getTaskExecution", summary = "Get a task execution")
    @APIResponseSchema(
            value = TaskExecutionResponse.class,
            responseCode = "200",
            responseDescription = "The task execution")
    @APIResponse(responseCode = "404")
    public Uni<TaskExecutionResponse> get(
            @PathParam("task_execution_id")
                    @Parameter(description = "The task execution", schema = @Schema(format = "uuid"))
                    String taskExecutionId,
            @QueryParam("include_credits")
                    @Parameter(
                            description = "Add the credits",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
                    @Nullable
                    String includeCredits) {
        Form form = new Form();
        UUID id = form.path("task_execution_id", taskExecutionId).uuid().required();
        form.query("include_credits", includeCredits).bool().or(false);
        form.check();
        return access.requireTaskExecution(caller.get(), id).map(responses::one);
    }
}
