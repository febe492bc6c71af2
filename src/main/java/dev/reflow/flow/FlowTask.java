package dev.reflow.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A task of a definition.
 *
 * @param position where it stands in the definition, from 0
 * @param executor the name of its task executor
 * @param dependsOn tasks that it waits for without referring to them
 * @param neverReused whether its result is not to be kept once something upstream runs
 * @param interruptible whether a re-execution may stop it while it runs
 */
public record FlowTask(
        int position,
        TaskName name,
        String title,
        String executor,
        ObjectNode parameters,
        Set<TaskName> dependsOn,
        boolean neverReused,
        boolean interruptible) {
    public FlowTask {
        dependsOn = Set.copyOf(dependsOn);
    }

    /** Whether both do the same work: titles, positions and what else is only shown do not count. */
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
