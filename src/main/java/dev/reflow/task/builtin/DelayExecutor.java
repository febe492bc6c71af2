package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;

/** {@code delay}: lets time pass. It waits by the clock of its input, never by one of its own. */
@ApplicationScoped
public class DelayExecutor implements TaskExecutor {
    private static final TaskExecutorDescription DESCRIPTION = new TaskExecutorDescription(
            "delay",
            1,
            "Waits for a number of seconds, then passes its parameters on as its output.",
            """
            Use this task to let time pass between two tasks. Set `seconds` to a number from 0 to 31536000 (one year); \
            fractions are allowed. Any other parameter becomes part of the output together with `seconds`, so values \
            of earlier tasks can be carried through it: {"seconds": 60, "order": "{{load.body}}"}. Waiting occupies \
            nothing, and a delay that has begun goes on after a restart of the service.""",
            Parameters.schema("""
                    {
                      "type": "object",
                      "properties": {
                        "seconds": {
                          "type": "number",
                          "minimum": 0,
                          "maximum": 31536000,
                          "description": "How long to wait, in seconds"
                        }
                      },
                      "required": ["seconds"],
                      "additionalProperties": true
                    }
                    """),
            null,
            Parameters.schema("""
                    {
                      "type": "object",
                      "description": "The parameters, references replaced",
                      "properties": {"seconds": {"type": "number"}},
                      "required": ["seconds"]
                    }
                    """),
            false,
            false);

    @Override
    public TaskExecutorDescription description() {
        return DESCRIPTION;
    }

    @Override
    public Uni<TaskOutcome> execute(TaskInput input) {
        return Uni.createFrom().item(() -> Parameters.refuse(DESCRIPTION, input).orElseGet(() -> outcome(input)));
    }

    private static TaskOutcome outcome(TaskInput input) {
        Instant end = input.startedAt().plus(duration(input.parameters().path("seconds")));
        return input.now().isBefore(end)
                ? new TaskOutcome.Awaiting(end)
                : new TaskOutcome.Completed(input.parameters());
    }

    private static Duration duration(JsonNode seconds) {
        BigDecimal[] parts = seconds.decimalValue().divideAndRemainder(BigDecimal.ONE);
        return Duration.ofSeconds(
                parts[0].longValueExact(), parts[1].movePointRight(9).longValue());
    }
}
