package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** The executors of one process: what they do takes time, ends in one of few ways, and dies with the process. */
final class SimulatedExecutors {
    /** Why a task fails that fails by itself. */
    static final String BROKEN = "broken";

    static final String INPUT = "in";
    /** Takes its time. */
    static final String WORK = "work";
    /** Waits for a time first. */
    static final String NAP = "nap";
    /** Waits for data. */
    static final String ASK = "ask";
    /** Takes its time; equal parameters mean nothing. */
    static final String DICE = "dice";

    private static final ObjectNode ANYTHING = JsonNodeFactory.instance.objectNode();

    private final Simulation simulation;
    private final SimulatedNode node;
    private final Random random;

    SimulatedExecutors(Simulation simulation, SimulatedNode node) {
        this.simulation = simulation;
        this.node = node;
        this.random = simulation.random();
    }

    TaskExecutors executors() {
        return new TaskExecutors(List.of(
                new Executor(INPUT), new Executor(WORK), new Executor(NAP), new Executor(ASK), new Executor(DICE)));
    }

    private final class Executor implements TaskExecutor {
        private final TaskExecutorDescription description;

        Executor(String name) {
            description = new TaskExecutorDescription(
                    name,
                    1,
                    "for simulations only",
                    "",
                    ANYTHING,
                    name.equals(INPUT) ? ANYTHING : null,
                    null,
                    false,
                    name.equals(DICE));
        }

        @Override
        public TaskExecutorDescription description() {
            return description;
        }

        @Override
        public Uni<TaskOutcome> execute(TaskInput input) {
            return Uni.createFrom().emitter(emitter -> {
                Invariants.Run run = simulation.invariants().started(node, input);
                emitter.onTermination(() -> simulation.invariants().ended(run));
                simulation.scheduler().schedule(duration(), () -> {
                    if (!node.isGone()) {
                        run.done();
                        emitter.complete(outcome(input));
                    }
                });
            });
        }

        private Duration duration() {
            return Duration.ofMillis(
                    switch (random.nextInt(4)) {
                        case 0 -> random.nextInt(10);
                        case 1 -> 5_000 + random.nextInt(15_000);
                        default -> random.nextInt(2_000);
                    });
        }

        private TaskOutcome outcome(TaskInput input) {
            Instant until =
                    input.startedAt().plusSeconds(input.parameters().path("nap").asInt());
            if (description.name().equals(INPUT)) {
                return new TaskOutcome.Completed(input.flowInput());
            }
            if (description.name().equals(NAP) && input.now().isBefore(until)) {
                return new TaskOutcome.Awaiting(until);
            }
            if (description.name().equals(ASK)) {
                return input.signal() == null
                        ? new TaskOutcome.AwaitingSignal()
                        : new TaskOutcome.Completed(input.signal());
            }
            return random.nextInt(100) < input.parameters().path("fails").asInt()
                    ? new TaskOutcome.Failed(BROKEN)
                    : new TaskOutcome.Completed(
                            JsonNodeFactory.instance.objectNode().put("v", random.nextInt(2)));
        }
    }
}
