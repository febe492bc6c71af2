package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.Permission;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A flow without its definitions.
 *
 * @param settings as the client set them; null when never set
 * @param latestVersion the number of its newest version
 * @param executionsCount how many executions it ever had, deleted ones included
 * @param creator the {@linkplain Caller#subject subject} that made it; null where that is not known any more
 * @param createdBy what they were called
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
        @Nullable String creator,
        String createdBy,
        String modifiedBy,
        Instant createdAt,
        Instant updatedAt) {
    public static final String DRAFT = "draft";

    public boolean isVisibleTo(Caller caller) {
        return visibility != Visibility.PRIVATE || caller.seesPrivateFlowsOf(creator);
    }

    /** Fails with {@code forbidden} unless the caller, who may see the flow, may change or delete it, too. */
    public void requireChangeableBy(Caller caller) {
        boolean ownDraft = status.equals(DRAFT) && caller.subject().equals(creator);
        if (!ownDraft && !caller.may(Permission.AUTHOR_ALL)) {
            throw new ReflowException(ErrorCode.FORBIDDEN, "Only drafts of your own can be changed");
        }
    }

    /** Fails with {@code bad_request} unless new versions may be added. */
    public void requireDraft() {
        if (!status.equals(DRAFT)) {
            throw new ReflowException(
                    ErrorCode.BAD_REQUEST, "Only a draft can get another definition; this flow is " + status);
        }
    }
}
