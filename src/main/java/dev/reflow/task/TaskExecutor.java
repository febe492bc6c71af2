package dev.reflow.task;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Set;

/** Does the work of the tasks that name it. One instance serves all tasks, concurrently. */
public interface TaskExecutor {
    TaskExecutorDescription description();

    /** Names that definitions may use for it as well. They are not listed. */
    default Set<String> otherNames() {
        return Set.of();
    }

    /**
     * Runs one attempt of a task. Called on an event loop: must not block it. The caller may cancel the subscription
     * when the attempt is of no more use; what has not left the process by then should not leave it any more.
     *
     * @return the outcome; a failure of the Uni is a defect of the executor and fails the task
     */
    Uni<TaskOutcome> execute(TaskInput input);

    /**
     * What is wrong with a task's parameters beyond what their schema says. Asked only of parameters that fit the
     * schema, when a definition is checked: a fault at a value that contains a reference is ignored, because the value
     * is not known yet.
     *
     * @return the faults, located inside the parameters
     */
    default List<Fault> checkParameters(JsonNode parameters) {
        return List.of();
    }

    /**
     * What keeps a value from being the input of an execution that this executor begins. Only asked of input task
     * executors.
     *
     * @param parameters the task's parameters
     * @param input the execution's input
     * @return the faults, located inside the input; empty when it fits
     */
    default List<Fault> checkFlowInput(JsonNode parameters, JsonNode input) {
        return List.of();
    }
}
