package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.task.JsonSchemas;
import dev.reflow.task.TaskExecutors;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whether an output that the engine did not make is one that the task's executor could have made. */
@ApplicationScoped
class OutputCheck {
    private final TaskExecutors executors;
    private final int maxBytes;

    OutputCheck(TaskExecutors executors, @ConfigProperty(name = "reflow.engine.max-output-bytes") int maxBytes) {
        this.executors = executors;
        this.maxBytes = maxBytes;
    }

    /** Fails with {@code payload_too_large} when the output would fail the task, had the task's executor made it. */
    void requireShort(JsonNode output) {
        int bytes = output.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxBytes) {
            throw new ReflowException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "The output has " + bytes + " bytes; at most " + maxBytes + " are kept");
        }
    }

    /** Fails with {@code bad_request} and every fault. */
    void requireFitting(Definition definition, TaskName task, JsonNode output) {
        List<Fault> faults = definition
                .find(task)
                .map(FlowTask::executor)
                .flatMap(executors::find)
                .map(executor -> executor.description().outputSchema())
                .map(schema -> JsonSchemas.check(schema, output))
                .orElse(List.of());
        if (!faults.isEmpty()) {
            throw ReflowException.of(ErrorCode.BAD_REQUEST, "The output does not fit the task's executor", faults);
        }
    }
}
