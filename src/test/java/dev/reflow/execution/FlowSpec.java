package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.Definition;
import dev.reflow.support.FlowBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A version of a flow as a property's sample has it. What it says of its graph and its parameters is found out from the
 * names alone, not by the code under test.
 */
final class FlowSpec {
    /** Every name that a sample can have. A task refers to earlier ones only, so that there are no cycles. */
    static final List<String> NAMES = List.of("in", "in2", "a", "a.p", "b", "b.p", "c", "d", "e", "f", "g", "h");

    static final String INPUT = "in";

    private final List<TaskSpec> tasks;
    private final Map<String, TaskSpec> byName = new TreeMap<>();
    private final Map<String, Set<String>> dependencies = new HashMap<>();
    private final Set<String> untriggered = new TreeSet<>();

    private FlowSpec(List<TaskSpec> tasks) {
        this.tasks = tasks;
        tasks.forEach(task -> byName.put(task.name(), task));
        tasks.forEach(task -> dependencies.put(task.name(), findDependencies(task)));
        findUntriggered();
    }

    /** A version of those tasks, without what refers to tasks that are not among them. */
    static FlowSpec of(Collection<TaskSpec> drafts) {
        Set<String> present = new HashSet<>();
        drafts.forEach(draft -> present.add(draft.name()));
        return new FlowSpec(
                drafts.stream().map(draft -> withoutStrays(draft, present)).toList());
    }

    private static TaskSpec withoutStrays(TaskSpec draft, Set<String> present) {
        Predicate<String> earlier = reference -> target(reference, present)
                .filter(name -> isEarlier(name, draft))
                .isPresent();
        Set<String> dependsOn = new TreeSet<>(draft.dependsOn());
        dependsOn.removeIf(name -> !present.contains(name) || !isEarlier(name, draft));
        return draft.with(
                draft.references().stream().filter(earlier).toList(),
                draft.inserted().stream().filter(earlier).toList(),
                dependsOn);
    }

    private static boolean isEarlier(String name, TaskSpec task) {
        return NAMES.indexOf(name) < NAMES.indexOf(task.name());
    }

    /** The task that a reference leads to: the longest name that it begins with. */
    private static Optional<String> target(String reference, Set<String> present) {
        return present.stream()
                .filter(name -> reference.startsWith(name + "."))
                .max((one, other) -> one.length() - other.length());
    }

    Definition definition() {
        FlowBuilder flow = FlowBuilder.flow();
        tasks.forEach(task -> task.addTo(flow));
        return flow.definition();
    }

    List<TaskSpec> tasks() {
        return tasks;
    }

    Optional<TaskSpec> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    TaskSpec require(String name) {
        return find(name).orElseThrow();
    }

    Set<String> names() {
        return byName.keySet();
    }

    Set<String> dependencies(TaskSpec task) {
        return Objects.requireNonNull(dependencies.get(task.name()));
    }

    private Set<String> findDependencies(TaskSpec task) {
        Set<String> found = new TreeSet<>(task.dependsOn());
        Stream.concat(task.references().stream(), task.inserted().stream())
                .forEach(reference -> found.add(target(reference, names()).orElseThrow()));
        return found;
    }

    /** The tasks below one, without it. Nothing is looked for below {@code shields}. */
    Set<String> descendants(String name, Set<String> shields) {
        Set<String> below = new TreeSet<>();
        for (TaskSpec task : tasks) {
            if (!shields.contains(task.name()) && dependencies(task).contains(name)) {
                below.add(task.name());
                below.addAll(descendants(task.name(), shields));
            }
        }
        return below;
    }

    /** The tasks that an execution which was started through {@link #INPUT} does not have. */
    Set<String> untriggered() {
        return untriggered;
    }

    private void findUntriggered() {
        List<String> inputs = tasks.stream()
                .filter(task -> task.executor().equals(FakeWork.INPUT))
                .map(TaskSpec::name)
                .toList();
        if (inputs.size() > 1) {
            inputs.stream().filter(input -> !input.equals(INPUT)).forEach(input -> {
                untriggered.add(input);
                untriggered.addAll(descendants(input, Set.of()));
            });
        }
    }

    /** A task's parameters with the values that its references lead to; empty when one of them leads nowhere. */
    Optional<JsonNode> resolve(TaskSpec task, Function<String, JsonNode> outputs) {
        List<JsonNode> values = new ArrayList<>();
        Stream.concat(task.references().stream(), task.inserted().stream())
                .forEach(reference -> values.add(value(reference, outputs)));
        if (values.stream().anyMatch(JsonNode::isMissingNode)) {
            return Optional.empty();
        }
        ObjectNode parameters = JsonNodeFactory.instance.objectNode();
        parameters.set("c", FlowBuilder.json(task.constant()));
        int references = task.references().size();
        for (int i = 0; i < references; i++) {
            parameters.set("r" + i, values.get(i));
        }
        for (int i = references; i < values.size(); i++) {
            parameters.put("t" + (i - references), "is " + values.get(i).asText() + "!");
        }
        return Optional.of(parameters);
    }

    private JsonNode value(String reference, Function<String, JsonNode> outputs) {
        String name = target(reference, names()).orElseThrow();
        String path = reference.substring(name.length() + 1);
        JsonNode value = outputs.apply(name);
        return path.equals("output") ? value : value.at("/" + path.replace('.', '/'));
    }

    /** Whether a task does the same work in two versions: titles and the spelling of numbers do not matter. */
    static boolean sameWork(TaskSpec one, TaskSpec other) {
        return one.executor().equals(other.executor())
                && one.dependsOn().equals(other.dependsOn())
                && one.references().equals(other.references())
                && one.inserted().equals(other.inserted())
                && FakeWork.same(FlowBuilder.json(one.constant()), FlowBuilder.json(other.constant()));
    }

    @Override
    public String toString() {
        return tasks.toString();
    }
}
