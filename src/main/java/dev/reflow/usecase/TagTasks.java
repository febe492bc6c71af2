package dev.reflow.usecase;

import dev.reflow.execution.TaskTag;
import dev.reflow.execution.TaskTagStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Adds tags to tasks and removes them: all that is asked for at once, or nothing. */
@ApplicationScoped
public class TagTasks {
    private final TaskTagStore tags;

    TagTasks(TaskTagStore tags) {
        this.tags = tags;
    }

    /** What became of each change, in their order. Fails as {@link ExecutionAccess#requireExecution} for any of them. */
    public Uni<List<TaskTag.Outcome>> change(Caller caller, List<TaskTag.Change> changes) {
        return tags.change(caller, changes);
    }
}
