package dev.reflow.task.builtin;

import static dev.reflow.task.builtin.Executors.START;
import static dev.reflow.task.builtin.Executors.failure;
import static dev.reflow.task.builtin.Executors.json;
import static dev.reflow.task.builtin.Executors.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelayExecutorTest {
    private final DelayExecutor delay = new DelayExecutor();

    @Test
    void delayAwaitsItsEnd() {
        assertThat(at(START, "{'seconds': 60}")).isEqualTo(new TaskOutcome.Awaiting(START.plusSeconds(60)));
        assertThat(at(START.plusMillis(59_999), "{'seconds': 60}"))
                .isEqualTo(new TaskOutcome.Awaiting(START.plusSeconds(60)));
    }

    @Test
    void delayIsOverWhenItsTimeHasCome() {
        String parameters = "{'seconds': 60, 'order': {'id': [1, null]}}";

        assertThat(at(START.plusSeconds(60), parameters)).isEqualTo(new TaskOutcome.Completed(json(parameters)));
        assertThat(at(START.plusSeconds(3600), parameters)).isEqualTo(new TaskOutcome.Completed(json(parameters)));
    }

    @Test
    void delayOfNothingIsOverAtOnce() {
        assertThat(at(START, "{'seconds': 0}")).isEqualTo(new TaskOutcome.Completed(json("{'seconds': 0}")));
        assertThat(at(START, "{'seconds': 0.0}")).isInstanceOf(TaskOutcome.Completed.class);
    }

    @Test
    void fractionsCount() {
        assertThat(at(START, "{'seconds': 1.25}")).isEqualTo(new TaskOutcome.Awaiting(START.plusMillis(1250)));
        assertThat(at(START, "{'seconds': 1e1}")).isEqualTo(new TaskOutcome.Awaiting(START.plusSeconds(10)));
    }

    @Test
    void yearIsTheLongestDelay() {
        assertThat(at(START, "{'seconds': 31536000}")).isInstanceOf(TaskOutcome.Awaiting.class);
        assertThat(failure(at(START, "{'seconds': 31536000.5}"))).contains("parameters.seconds", "31536000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'seconds': null}", "{'seconds': '5'}", "{'seconds': -0.1}", "{'seconds': [1]}"})
    void delayWithoutUsableSecondsFails(String parameters) {
        assertThat(failure(at(START, parameters))).startsWith("invalid parameters: parameters.seconds: ");
    }

    private TaskOutcome at(Instant now, String parameters) {
        return run(delay, new TaskInput(json(parameters), NullNode.getInstance(), null, "key", START, now, null));
    }
}
