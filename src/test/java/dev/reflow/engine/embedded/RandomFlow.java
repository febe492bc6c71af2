package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.Definition;
import dev.reflow.support.FlowBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A small flow whose tasks wait for each other, and its later versions. */
final class RandomFlow {
    private static final List<String> EXECUTORS = List.of(
            SimulatedExecutors.WORK,
            SimulatedExecutors.WORK,
            SimulatedExecutors.WORK,
            SimulatedExecutors.NAP,
            SimulatedExecutors.ASK,
            SimulatedExecutors.DICE);

    private final Random random;
    private final List<Task> tasks = new ArrayList<>();

    private record Task(String name, String executor, ObjectNode parameters, List<String> dependsOn, ObjectNode more) {}

    RandomFlow(Random random) {
        this.random = random;
        int size = 1 + random.nextInt(5);
        for (int i = 0; i < size; i++) {
            tasks.add(task("t" + i, i));
        }
    }

    Definition definition() {
        FlowBuilder flow = FlowBuilder.flow().task(SimulatedExecutors.INPUT, SimulatedExecutors.INPUT, "{}");
        tasks.forEach(task ->
                flow.task(task.name(), task.executor(), task.parameters().toString(), json -> {
                    json.setAll(task.more());
                    task.dependsOn().forEach(json.putArray("depends_on")::add);
                }));
        return flow.definition();
    }

    /** Another version: one task does something else. */
    void change() {
        int position = random.nextInt(tasks.size());
        tasks.set(position, task(tasks.get(position).name(), position));
    }

    private Task task(String name, int position) {
        ObjectNode parameters = JsonNodeFactory.instance
                .objectNode()
                .put("task", name)
                .put("constant", random.nextInt(2))
                .put("nap", 1 + random.nextInt(20))
                .put("fails", oneIn(4) ? 40 : 0);
        List<String> dependsOn = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            String other = position == 0 || oneIn(5) ? SimulatedExecutors.INPUT : "t" + random.nextInt(position);
            if (oneIn(4)) {
                dependsOn.add(other);
            } else {
                parameters.put("of_" + other, "{{" + other + ".output}}");
            }
        }
        return new Task(name, EXECUTORS.get(random.nextInt(EXECUTORS.size())), parameters, dependsOn, more());
    }

    private ObjectNode more() {
        ObjectNode more = JsonNodeFactory.instance.objectNode();
        if (oneIn(5)) {
            more.put("interruptible", false);
        }
        if (oneIn(4)) {
            more.putObject("retry_policy")
                    .put("maximum_attempts", 3)
                    .put("initial_interval_seconds", 1 + random.nextInt(5));
        }
        if (oneIn(8)) {
            more.put("timeout_seconds", 5 + random.nextInt(20));
        }
        if (oneIn(10)) {
            more.put("on_lost", "fail");
        }
        return more;
    }

    private boolean oneIn(int number) {
        return random.nextInt(number) == 0;
    }
}
