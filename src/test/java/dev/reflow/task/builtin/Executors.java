package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** What the tests of the executors share. */
final class Executors {
    static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Executors() {}

    /** JSON with single quotes, which is easier to read in Java. */
    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static TaskInput input(JsonNode parameters) {
        return input(parameters, NullNode.getInstance());
    }

    static TaskInput input(JsonNode parameters, JsonNode flowInput) {
        return new TaskInput(parameters, flowInput, null, "key-1", START, START, null);
    }

    static TaskOutcome run(TaskExecutor executor, TaskInput input) {
        return executor.execute(input).await().atMost(PATIENCE);
    }

    static JsonNode output(TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Completed completed) {
            return completed.output();
        }
        throw new AssertionError("not completed: " + outcome);
    }

    static String failure(TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Failed failed) {
            return failed.message();
        }
        throw new AssertionError("not failed: " + outcome);
    }

    static TaskConfig config(Map<String, String> settings) {
        SmallRyeConfigBuilder builder =
                new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(TaskConfig.class);
        settings.forEach((name, value) -> builder.withDefaultValue("reflow.task." + name, value));
        return builder.build().getConfigMapping(TaskConfig.class);
    }
}
