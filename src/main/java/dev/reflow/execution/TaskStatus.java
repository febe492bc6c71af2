package dev.reflow.execution;

import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a worker said of how far a task has come. */
public record TaskStatus(
        UUID id, OrganizationId organization, FlowExecutionId execution, Word word, Instant createdAt) {

    /** @param status in the worker's own words; null when it has none */
    public record Word(TaskName task, @Nullable String status) {

        /** The status among those that clients know: a word of the worker's own is said while it is at work. */
        public ProcessingStatus shown() {
            return status == null
                    ? ProcessingStatus.QUEUED
                    : ProcessingStatus.find(status).orElse(ProcessingStatus.RUNNING);
        }
    }
}
