package dev.reflow.execution;

import java.util.List;
import java.util.stream.Collectors;

/** A property's sample: an execution's beginning and what happens to it afterwards. */
record Story(List<TaskSpec> flow, Course first, List<Happening> then) {
    World live(World.Watcher watcher) {
        World world = new World(flow, watcher).start(first);
        then.forEach(world::happen);
        return world;
    }

    World live() {
        return live(new World.Watcher() {});
    }

    @Override
    public String toString() {
        return "\n  flow " + FlowSpec.of(flow) + "\n  start " + first
                + then.stream().map(happening -> "\n  " + happening).collect(Collectors.joining());
    }
}
