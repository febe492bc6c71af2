package dev.reflow.support;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Remembers what it was asked to run and answers as the test says. */
public final class RecordingTaskExecutor implements TaskExecutor {
    private final TaskExecutorDescription description;
    private final Function<TaskInput, TaskOutcome> behaviour;
    private final List<TaskInput> inputs = new CopyOnWriteArrayList<>();

    private RecordingTaskExecutor(
            String name, boolean input, boolean neverReused, Function<TaskInput, TaskOutcome> behaviour) {
        ObjectNode anything = JsonNodeFactory.instance.objectNode();
        this.description = new TaskExecutorDescription(
                name, 1, "for tests only", "", anything, input ? anything : null, null, false, neverReused);
        this.behaviour = behaviour;
    }

    /** Hands its parameters on. */
    public static RecordingTaskExecutor echo(String name) {
        return new RecordingTaskExecutor(name, false, false, input -> new TaskOutcome.Completed(input.parameters()));
    }

    /** Hands the execution's input on. */
    public static RecordingTaskExecutor input(String name) {
        return new RecordingTaskExecutor(name, true, false, input -> new TaskOutcome.Completed(input.flowInput()));
    }

    /** Hands its parameters on, and says that equal ones mean nothing. */
    public static RecordingTaskExecutor neverReused(String name) {
        return new RecordingTaskExecutor(name, false, true, input -> new TaskOutcome.Completed(input.parameters()));
    }

    public static RecordingTaskExecutor of(String name, Function<TaskInput, TaskOutcome> behaviour) {
        return new RecordingTaskExecutor(name, false, false, behaviour);
    }

    public List<TaskInput> inputs() {
        return inputs;
    }

    @Override
    public TaskExecutorDescription description() {
        return description;
    }

    @Override
    public Uni<TaskOutcome> execute(TaskInput input) {
        inputs.add(input);
        return Uni.createFrom().item(behaviour.apply(input));
    }
}
