package dev.reflow.execution;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.FlowBuilder;
import java.util.List;
import java.util.Set;

/**
 * A task as a property's sample has it.
 *
 * @param constant a JSON number among its parameters
 * @param references parameters that are one reference each, without the braces
 * @param inserted references inside the text of one parameter each
 * @param never whether it says of itself that it is never reused
 */
record TaskSpec(
        String name,
        String title,
        String executor,
        String constant,
        List<String> references,
        List<String> inserted,
        Set<String> dependsOn,
        boolean never) {

    TaskSpec titled(String newTitle) {
        return new TaskSpec(name, newTitle, executor, constant, references, inserted, dependsOn, never);
    }

    /** The same number in another spelling. */
    TaskSpec respelled() {
        String other = constant.contains(".") ? constant.substring(0, constant.indexOf('.')) : constant + ".0";
        return new TaskSpec(name, title, executor, other, references, inserted, dependsOn, never);
    }

    TaskSpec with(List<String> newReferences, List<String> newInserted, Set<String> newDependsOn) {
        return new TaskSpec(name, title, executor, constant, newReferences, newInserted, newDependsOn, never);
    }

    ObjectNode parameters() {
        ObjectNode parameters = JsonNodeFactory.instance.objectNode();
        parameters.set("c", FlowBuilder.json(constant));
        for (int i = 0; i < references.size(); i++) {
            parameters.put("r" + i, "{{" + references.get(i) + "}}");
        }
        for (int i = 0; i < inserted.size(); i++) {
            parameters.put("t" + i, "is {{" + inserted.get(i) + "}}!");
        }
        return parameters;
    }

    void addTo(FlowBuilder flow) {
        flow.task(name, executor, parameters().toString(), task -> {
            task.put("task_title", title);
            ArrayNode names = task.putArray("depends_on");
            dependsOn.forEach(names::add);
            if (never) {
                task.put("reuse", "never");
            }
        });
    }

    @Override
    public String toString() {
        return name + "=" + executor + "(" + constant + references + (inserted.isEmpty() ? "" : " text" + inserted)
                + ")" + (dependsOn.isEmpty() ? "" : " after " + dependsOn) + (never ? " never reused" : "");
    }
}
