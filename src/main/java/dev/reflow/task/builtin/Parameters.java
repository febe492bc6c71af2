package dev.reflow.task.builtin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.Fault;
import dev.reflow.task.JsonSchemas;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What all executors do with schemas, faults and durations. */
final class Parameters {
    private Parameters() {}

    /** A schema from a text block; for static fields, so it keeps no mapper. */
    static ObjectNode schema(String json) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a schema is not JSON", e);
        }
    }

    /** Checks resolved parameters: a value that a reference put there is known only now. */
    static Optional<TaskOutcome> refuse(TaskExecutorDescription description, TaskInput input) {
        return refuse("parameters", JsonSchemas.check(description.parametersSchema(), input.parameters()));
    }

    /** A failed task that lists the faults, if there are any. */
    static Optional<TaskOutcome> refuse(String what, List<Fault> faults) {
        return faults.isEmpty()
                ? Optional.empty()
                : Optional.of(new TaskOutcome.Failed("invalid " + what + ": "
                        + faults.stream().map(fault -> fault.text(what)).collect(Collectors.joining("; "))));
    }

    static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /** A duration as operators write it, such as "30 s". */
    static String seconds(Duration duration) {
        return new BigDecimal(duration.toMillis())
                        .movePointLeft(3)
                        .stripTrailingZeros()
                        .toPlainString() + " s";
    }
}
