package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A flow without its definitions.
 *
 * @param settings as the client set them; null when never set
 * @param latestVersion the number of its newest version
 * @param executionsCount how many executions it ever had, deleted ones included
 */
public record Flow(
        FlowId id,
        OrganizationId organization,
        String displayName,
        @Nullable String description,
        String status,
        Visibility visibility,
        @Nullable JsonNode settings,
        List<String> tags,
        int latestVersion,
        int executionsCount,
        String createdBy,
        String modifiedBy,
        Instant createdAt,
        Instant updatedAt) {
    public static final String DRAFT = "draft";

    public boolean isVisibleTo(Caller caller) {
        return visibility != Visibility.PRIVATE || caller.seesPrivateFlowsOf(createdBy);
    }

    public boolean isDraft() {
        return status.equals(DRAFT);
    }
}
