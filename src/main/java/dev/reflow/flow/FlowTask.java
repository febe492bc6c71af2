package dev.reflow.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A task of a definition.
 *
 * @param position where it stands in the definition, from 0
 * @param executor the name of its task executor
 * @param dependsOn tasks that it waits for without referring to them
 * @param neverReused whether its result is not to be kept once something upstream runs
 * @param interruptible whether a re-execution may stop it while it runs
 * @param retryPolicy what follows a failed attempt; {@link RetryPolicy#NONE} unless said
 * @param timeout of one attempt; null when the executor alone decides how long it takes
 * @param onLost what follows an attempt whose process died
 */
public record FlowTask(
        int position,
        TaskName name,
        String title,
        String executor,
        ObjectNode parameters,
        Set<TaskName> dependsOn,
        boolean neverReused,
        boolean interruptible,
        RetryPolicy retryPolicy,
        @Nullable Duration timeout,
        OnLost onLost) {
    public FlowTask {
        dependsOn = Set.copyOf(dependsOn);
    }

    /** Whether both do the same work: titles, positions, retries and what else does not
     * change a result do not count. */
    public boolean doesSameWorkAs(FlowTask other) {
        return differences(other).isEmpty();
    }

    /** What makes the work of two definitions of a task differ: the names of parameters, else of task fields. */
    public List<String> differences(FlowTask other) {
        Set<String> names = new TreeSet<>();
        parameters.fieldNames().forEachRemaining(names::add);
        other.parameters.fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> JsonEquality.same(parameters.get(name), other.parameters.get(name)));
        List<String> differences = new ArrayList<>(names);
        if (!executor.equals(other.executor)) {
            differences.add("task_executor_name");
        }
        if (!dependsOn.equals(other.dependsOn)) {
            differences.add("depends_on");
        }
        return differences;
    }
}
