package dev.reflow.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.engine.Fence;
import dev.reflow.engine.NodeId;
import dev.reflow.execution.Effect;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.flow.FlowTask;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.RecordingTaskExecutor;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskOutcome;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.subscription.Cancellable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunningTaskTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
    private static final Fence FENCE = new Fence(new FlowExecutionId(new UUID(0, 1)), 1, 1, new NodeId(new UUID(0, 2)));
    private static final FlowTask TASK =
            FlowBuilder.flow().task("a", "answer", "{}").definition().tasks().get(0);

    @Test
    void outputThatCanBeKeptIsTheOutcome() {
        JsonNode output = NODES.objectNode().put("n", new BigDecimal("1.10"));

        assertThat(outcome(output)).isEqualTo(new TaskOutcome.Completed(output));
    }

    @Test
    void outputThatCannotBeKeptFailsTheTask() {
        assertThat(outcome(NODES.objectNode().put("n", new BigDecimal("10e2147483647"))))
                .isEqualTo(new TaskOutcome.Failed(
                        "the output cannot be kept: output.n: Number should have an exponent from -1000 to 1000"));
        assertThat(outcome(NODES.arrayNode().add(Double.NaN)))
                .isEqualTo(new TaskOutcome.Failed("the output cannot be kept: output[0]: Number should be finite"));
        assertThat(outcome(NODES.textNode("half \uD83D")))
                .isEqualTo(new TaskOutcome.Failed("the output cannot be kept:"
                        + " output: String should have no NUL characters and no halves of surrogate pairs"));
    }

    @Test
    void outputThatIsTooLongFailsTheTask() {
        assertThat(outcome(NODES.textNode("x".repeat(99))))
                .isEqualTo(new TaskOutcome.Failed("the output has 101 bytes; at most 100 are kept"));
    }

    private static TaskOutcome outcome(JsonNode output) {
        TaskExecutors executors = new TaskExecutors(
                List.of(RecordingTaskExecutor.of("answer", input -> new TaskOutcome.Completed(output))));
        List<TaskOutcome> outcomes = new ArrayList<>();
        new RunningTask(
                        new Immediately(),
                        InstantSource.fixed(Instant.EPOCH),
                        executors,
                        100,
                        new GenerationLog(FENCE),
                        new Effect.TaskStart(TASK, 0, TASK.parameters(), Map.of(), null, null, null))
                .run(FENCE, NullNode.getInstance(), Span.getInvalid(), outcomes::add);
        assertThat(outcomes).hasSize(1);
        return outcomes.get(0);
    }

    /** Time stands still, and everything is done at once. */
    private record Immediately() implements EngineLoop {
        @Override
        public Duration elapsed() {
            return Duration.ZERO;
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }
}
