package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.Definition;
import dev.reflow.flow.DefinitionReader;
import dev.reflow.flow.JsonLimits;
import dev.reflow.task.TaskExecutors;
import jakarta.enterprise.context.ApplicationScoped;

/** Whether what a client sent can be run. */
@ApplicationScoped
class DefinitionCheck {
    private final TaskExecutors executors;

    DefinitionCheck(TaskExecutors executors) {
        this.executors = executors;
    }

    /** Fails with {@code invalid_dsl_input} and every fault. */
    Definition requireValid(JsonNode json) {
        DefinitionReader.Outcome checked = check(json);
        if (!checked.faults().isEmpty()) {
            throw DefinitionReader.invalid(checked.faults());
        }
        return checked.definition().orElseThrow();
    }

    DefinitionReader.Outcome check(JsonNode json) {
        DefinitionReader.Outcome read = DefinitionReader.read(json);
        return read.and(executors.check(read.readable()))
                .and(JsonLimits.check(json).stream().toList());
    }
}
