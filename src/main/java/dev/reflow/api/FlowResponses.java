package dev.reflow.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.Definition;
import dev.reflow.flow.DefinitionReader;
import dev.reflow.flow.Flow;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowTask;
import dev.reflow.task.TaskExecutors;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Flows as clients are shown them. */
@ApplicationScoped
class FlowResponses {
    private final TaskExecutors executors;
    private final ObjectMapper mapper;

    FlowResponses(TaskExecutors executors, ObjectMapper mapper) {
        this.executors = executors;
        this.mapper = mapper;
    }

    FlowResponse of(FlowAtVersion flowAtVersion, FlowIncludes includes) {
        return of(flowAtVersion, includes, null);
    }

    FlowResponse of(FlowAtVersion flowAtVersion, FlowIncludes includes, @Nullable Integer latestVersionExecutions) {
        Flow flow = flowAtVersion.flow();
        Definition definition = flowAtVersion.version().definition();
        return new FlowResponse(
                flow.id().value(),
                flow.createdAt(),
                flowAtVersion.isLatest()
                        ? flow.updatedAt()
                        : flowAtVersion.version().createdAt(),
                flowAtVersion.isLatest()
                        ? flow.modifiedBy()
                        : flowAtVersion.version().createdBy(),
                flow.displayName(),
                flow.description(),
                flowAtVersion.version().version(),
                flow.status(),
                flowAtVersion.isLatest(),
                flow.organization().value(),
                (ObjectNode) definition.json(),
                settings(flow.settings()),
                flow.executionsCount(),
                latestVersionExecutions,
                includes.orderedTaskNames() ? orderedTaskNames(definition) : null,
                includes.validationErrors() ? faults(definition) : null,
                flow.tags(),
                false);
    }

    FlowValidationResponse validation(DefinitionReader.Outcome outcome, FlowValidationIncludes includes) {
        return new FlowValidationResponse(
                outcome.faults().stream().map(DefinitionFaultResponse::of).toList(),
                outcome.definition().map(FlowResponses::orderedTaskNames).orElse(null),
                includes.dynamicData() ? mapper.createObjectNode() : null,
                includes.outputSchemas() ? outputSchemas(outcome.readable()) : null,
                includes.defaultReferenceModes() ? mapper.createObjectNode() : null);
    }

    private ObjectNode outputSchemas(Definition definition) {
        ObjectNode schemas = mapper.createObjectNode();
        for (FlowTask task : definition.tasks()) {
            executors
                    .find(task.executor())
                    .map(executor -> executor.description().outputSchema())
                    .ifPresent(schema -> schemas.set(task.name().value(), schema));
        }
        return schemas;
    }

    /** What is kept of the settings of a request. */
    @Nullable
    JsonNode json(@Nullable FlowSettings settings) {
        return settings == null ? null : mapper.valueToTree(settings);
    }

    private @Nullable FlowSettings settings(@Nullable JsonNode json) {
        try {
            return json == null ? null : mapper.treeToValue(json, FlowSettings.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("settings that were accepted cannot be read", e);
        }
    }

    private static List<String> orderedTaskNames(Definition definition) {
        return Arrays.stream(definition.graph().order())
                .mapToObj(position -> definition.tasks().get(position).name().value())
                .toList();
    }

    private List<DefinitionFaultResponse> faults(Definition definition) {
        return executors.check(definition).stream()
                .map(DefinitionFaultResponse::of)
                .toList();
    }
}
