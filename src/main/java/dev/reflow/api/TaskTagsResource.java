package dev.reflow.api;

import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.TaskTagStore;
import dev.reflow.flow.TaskName;
import dev.reflow.usecase.ExecutionAccess;
import dev.reflow.usecase.TagTasks;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

@Path("/api/task-tags")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Task tags", description = "What is pinned to the tasks of an execution, to find them by")
public class TaskTagsResource {
    private final CurrentCaller caller;
    private final ExecutionAccess access;
    private final TaskTagStore tags;
    private final TagTasks tagTasks;

    TaskTagsResource(CurrentCaller caller, ExecutionAccess access, TaskTagStore tags, TagTasks tagTasks) {
        this.caller = caller;
        this.access = access;
        this.tags = tags;
        this.tagTasks = tagTasks;
    }

    @PATCH
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @PermissionsAllowed("operate")
    @Operation(
            operationId = "updateTaskTags",
            summary = "Add and remove tags",
            description = "One after the other, all of them or none. A tag is the same one if its execution, task, tag,"
                    + " type and metadata are; case counts.")
    @APIResponseSchema(
            value = TaskTagsPatchResponse.class,
            responseCode = "200",
            responseDescription = "What became of each, in the order of the request")
    @APIResponse(responseCode = "400")
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404", description = "One of the executions is not there; nothing was changed")
    public Uni<TaskTagsPatchResponse> patch(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = TaskTagsPatchRequest.class),
                                            examples =
                                                    @ExampleObject(name = "A tag", value = Examples.TASK_TAGS_PATCH)))
                    JsonBody body) {
        Form form = new Form();
        TaskTagsPatchRequest request = TaskTagsPatchRequest.read(form, body);
        form.check();
        return tagTasks.change(caller.get(), request.changes()).map(TaskTagsPatchResponse::of);
    }

    @GET
    @PermissionsAllowed("read")
    @Operation(
            operationId = "listTaskTags",
            summary = "List the tags of an execution's tasks",
            description = "In the order they were added in.")
    @APIResponse(
            responseCode = "200",
            description = "The tags",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = TaskTagResponse.class)))
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404")
    public Uni<List<TaskTagResponse>> list(
            @QueryParam("flow_execution_id")
                    @Parameter(required = true, description = "The execution", schema = @Schema(format = "uuid"))
                    @Nullable
                    String flowExecutionId,
            @QueryParam("task_name")
                    @Parameter(
                            description = "Only those of this task",
                            schema = @Schema(minLength = 1, maxLength = 200))
                    @Nullable
                    String taskName) {
        Form form = new Form();
        FlowExecutionId execution = form.query("flow_execution_id", flowExecutionId)
                .uuid()
                .map(FlowExecutionId::new)
                .required();
        TaskName task = form.query("task_name", taskName)
                .text()
                .atLeast(1)
                .atMost(200)
                .map(TaskName::new)
                .orNull();
        form.check();
        return access.requireExecution(caller.get(), execution)
                .flatMap(found -> tags.find(caller.get().organization(), List.of(execution), task))
                .map(found -> found.stream().map(TaskTagResponse::of).toList());
    }
}
