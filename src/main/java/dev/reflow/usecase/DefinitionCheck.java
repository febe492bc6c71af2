package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.reflow.error.Fault;
import dev.reflow.flow.Definition;
import dev.reflow.flow.DefinitionReader;
import dev.reflow.flow.JsonLimits;
import dev.reflow.task.TaskExecutors;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Whether what a client sends, or has sent once, can be run. */
@ApplicationScoped
class DefinitionCheck {
    private final TaskExecutors executors;
    /** By the identity of the definition, as long as somebody else keeps it: one in use is checked once. */
    private final Cache<Definition, List<Fault>> faults =
            Caffeine.newBuilder().weakKeys().build();

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

    /** Fails like {@link #requireValid}. Executors that a stored definition names may be gone, or ask for more than then. */
    void requireRunnable(Definition stored) {
        List<Fault> found = faults.get(stored, executors::check);
        if (!found.isEmpty()) {
            throw DefinitionReader.invalid(found);
        }
    }

    DefinitionReader.Outcome check(JsonNode json) {
        DefinitionReader.Outcome read = DefinitionReader.read(json);
        return read.and(executors.check(read.readable()))
                .and(JsonLimits.check(json).stream().toList());
    }
}
