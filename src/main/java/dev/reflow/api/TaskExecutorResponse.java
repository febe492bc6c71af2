package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.task.TaskExecutorDescription;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record TaskExecutorResponse(
        @Schema(minLength = 1) String taskExecutorName,
        @Schema(minLength = 10) String taskExecutorDescription,
        @Schema(description = "How an agent should use it") String taskExecutorAgentPrompt,

        @Schema(description = "JSON Schema of its parameters")
        ObjectNode parametersSchema,

        @Schema(description = "JSON Schema of the flow's input, for an input executor") @Nullable
        ObjectNode flowInputSchema,

        boolean isInputTaskExecutor,
        boolean isSchedulableExecutor) {

    static TaskExecutorResponse of(TaskExecutorDescription description) {
        return new TaskExecutorResponse(
                description.name(),
                description.description(),
                description.agentPrompt(),
                description.parametersSchema(),
                description.flowInputSchema(),
                description.isInput(),
                description.schedulable());
    }
}
