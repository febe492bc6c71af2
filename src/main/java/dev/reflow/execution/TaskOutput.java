package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What came of a task: derived from its attempts, or sent by a worker and kept as it came.
 *
 * @param flowVersion the version whose definition was run
 */
public record TaskOutput(
        UUID id,
        OrganizationId organization,
        Content content,
        int flowVersion,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy) {

    /**
     * @param summary the worker's; attempts have none
     * @param error an object with a message
     */
    public record Content(
            FlowExecutionId execution,
            TaskName task,
            @Nullable JsonNode summary,
            @Nullable JsonNode output,
            @Nullable JsonNode tags,
            ProcessingStatus status,
            boolean edited,
            StaleStatus stale,
            @Nullable JsonNode error) {}

    /**
     * What the attempts of a task are, as far as they count.
     *
     * @param id of the first one
     * @param ended the newest one that completed or failed
     * @param edited whether any was
     * @param createdAt when the first one was begun
     */
    public record Attempts(UUID id, TaskExecution ended, boolean edited, Instant createdAt) {}

    /** @param staleOnlyPlan see {@link ExecutionFacts#staleOnlyPlan} */
    public static TaskOutput of(Attempts attempts, ExecutionFacts facts, Plan staleOnlyPlan) {
        TaskExecution ended = attempts.ended();
        ShownTask shown = ShownTask.of(ended.attempt(), facts, staleOnlyPlan);
        return new TaskOutput(
                attempts.id(),
                ended.organization(),
                new Content(
                        ended.flowExecution(),
                        ended.attempt().task(),
                        null,
                        ended.output(),
                        null,
                        shown.status(),
                        attempts.edited(),
                        shown.stale(),
                        ended.error()),
                ended.attempt().flowVersion(),
                attempts.createdAt(),
                ended.updatedAt(),
                ended.modifiedBy());
    }
}
