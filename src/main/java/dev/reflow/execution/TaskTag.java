package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What was pinned to a task of an execution. Equal in all of {@link Identity}, it is the same tag. */
public record TaskTag(
        UUID id,
        OrganizationId organization,
        Identity identity,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy) {

    /** @param metadata null is equal to none */
    public record Identity(
            FlowExecutionId execution,
            TaskName task,
            String tag,
            String type,
            @Nullable JsonNode metadata) {

        /** Equal for equal metadata. */
        public byte[] metadataDigest() {
            return FingerprintF1.digest(metadata == null ? NullNode.instance : metadata);
        }
    }

    public enum Operation {
        ADD,
        REMOVE
    }

    public record Change(Operation operation, Identity identity) {}

    /** What became of a change. */
    public enum Outcome {
        ADDED,
        ALREADY_EXISTS,
        REMOVED,
        NOT_FOUND
    }
}
