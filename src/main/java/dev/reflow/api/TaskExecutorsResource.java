package dev.reflow.api;

import dev.reflow.task.TaskExecutors;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/task-executors")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Task executors", description = "What a task can do")
@PermissionsAllowed("read")
public class TaskExecutorsResource {
    private final TaskExecutors executors;

    TaskExecutorsResource(TaskExecutors executors) {
        this.executors = executors;
    }

    @GET
    @Operation(operationId = "listTaskExecutors", summary = "List the task executors")
    public Uni<List<TaskExecutorResponse>> list() {
        return Uni.createFrom()
                .item(executors.all().stream()
                        .map(executor -> TaskExecutorResponse.of(executor.description()))
                        .toList());
    }
}
