package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.execution.TaskOutput;
import dev.reflow.execution.TaskOutputStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps what a worker says of what came of a task. The task itself does not end by it. */
@ApplicationScoped
public class SendTaskOutput {
    private final ExecutionAccess access;
    private final TaskOutputStore outputs;

    SendTaskOutput(ExecutionAccess access, TaskOutputStore outputs) {
        this.access = access;
        this.outputs = outputs;
    }

    /** @param id null for a new one */
    public Uni<TaskOutput> send(Caller caller, @Nullable UUID id, TaskOutput.Content content) {
        return access.requireTasks(caller, content.execution(), List.of(content.task()))
                .flatMap(known -> outputs.send(caller, id == null ? UUID.randomUUID() : id, content))
                .map(sent ->
                        sent.orElseThrow(() -> ReflowException.conflict("The id is that of another task's output")));
    }
}
