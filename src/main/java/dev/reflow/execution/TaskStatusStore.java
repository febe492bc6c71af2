package dev.reflow.execution;

import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** Keeps what workers say of how far tasks have come. */
public interface TaskStatusStore {
    /**
     * Keeps all of the words. An execution is shown as {@code awaiting_input} as long as one of its tasks waits.
     *
     * @return in the order of the words; empty when there is no such execution
     */
    Uni<Optional<List<TaskStatus>>> add(Caller caller, FlowExecutionId execution, List<TaskStatus.Word> words);
}
