package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import dev.reflow.flow.Definition;
import dev.reflow.flow.DefinitionReader;
import dev.reflow.task.TaskExecutors;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Whether what a client sent can be run. */
@ApplicationScoped
class DefinitionCheck {
    private final TaskExecutors executors;

    DefinitionCheck(TaskExecutors executors) {
        this.executors = executors;
    }

    /** Fails with {@code invalid_dsl_input} and every fault. */
    Definition requireValid(JsonNode json) {
        Definition definition = DefinitionReader.require(json);
        List<Fault> faults = executors.check(definition);
        if (!faults.isEmpty()) {
            throw DefinitionReader.invalid(faults);
        }
        return definition;
    }
}
