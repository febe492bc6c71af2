package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of a flow for one input.
 *
 * @param flowVersion the version of its newest generation
 * @param inputTask the input task that it was started through
 * @param triggeredExecutor that task's executor, for flows with several input tasks; null for others
 * @param generation the number of its newest generation
 * @param floor the lowest generation whose results still count
 * @param revision rises with whatever can change a plan
 * @param active whether the newest generation has not ended
 */
public record FlowExecution(
        FlowExecutionId id,
        OrganizationId organization,
        FlowId flow,
        int flowVersion,
        ExecutionStatus status,
        JsonNode input,
        TaskName inputTask,
        @Nullable String triggeredExecutor,
        int runNumber,
        int generation,
        int floor,
        long revision,
        boolean active,
        String modifiedBy,
        Instant createdAt,
        Instant updatedAt) {}
