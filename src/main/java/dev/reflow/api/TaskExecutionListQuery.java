package dev.reflow.api;

import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.flow.TaskName;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

public record TaskExecutionListQuery(
        @Nullable UUID flowExecutionId,
        @Nullable String taskName,
        @Nullable Integer taskExecutionIdx,
        @Nullable Integer generation,
        boolean credits) {

    ExecutionStore.TaskQuery query() {
        return new ExecutionStore.TaskQuery(
                flowExecutionId == null ? null : new FlowExecutionId(flowExecutionId),
                task(),
                taskExecutionIdx,
                generation,
                null);
    }

    @Nullable
    TaskName task() {
        return taskName == null ? null : new TaskName(taskName);
    }
}
