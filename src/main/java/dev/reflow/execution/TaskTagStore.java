package dev.reflow.execution;

import dev.reflow.error.ReflowException;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the tags of tasks. */
public interface TaskTagStore {
    /**
     * Carries out all changes one after the other, or none.
     *
     * @return what became of each, in their order
     * @throws ReflowException {@code not_found} when one of the executions is not there, {@code forbidden} when one is of
     *     somebody else's private flow
     */
    Uni<List<TaskTag.Outcome>> change(Caller caller, List<TaskTag.Change> changes);

    /**
     * In the order in which they were added.
     *
     * @param task null for those of all tasks
     */
    Uni<List<TaskTag>> find(
            OrganizationId organization, Collection<FlowExecutionId> executions, @Nullable TaskName task);
}
