package dev.reflow.execution;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which executions of a flow to list, and in which order.
 *
 * @param statuses any of these, when {@code byStatus} is set
 * @param statusesExcluded none of these
 * @param tags some task carries any of these; empty for all
 * @param byUpdatedAt sorted by the last change instead of by creation
 * @param after the last execution of the page before; null for a page by number
 * @param page from 1; of no meaning with {@code after}
 */
public record ExecutionQuery(
        Set<ExecutionStatus> statuses,
        boolean byStatus,
        Set<ExecutionStatus> statusesExcluded,
        List<String> tags,
        @Nullable Instant createdAfter,
        @Nullable Instant createdBefore,
        @Nullable Instant updatedAfter,
        @Nullable Instant updatedBefore,
        boolean byUpdatedAt,
        boolean ascending,
        @Nullable UUID after,
        int page,
        int pageSize) {

    public boolean shows(ExecutionStatus status) {
        return (!byStatus || statuses.contains(status)) && !statusesExcluded.contains(status);
    }
}
