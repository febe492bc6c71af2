package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One attempt of one task, with its payloads. */
public record TaskExecution(
        Attempt attempt,
        OrganizationId organization,
        FlowExecutionId flowExecution,
        @Nullable JsonNode input,
        @Nullable JsonNode output,
        @Nullable JsonNode error,
        @Nullable JsonNode sourceTaskExecutions,
        @Nullable Instant completedAt,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy) {}
