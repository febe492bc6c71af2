package dev.reflow.api;

import dev.reflow.organization.OrganizationId;
import jakarta.ws.rs.QueryParam;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Which flows to list, and in which order. */
public final class FlowListParams {
    private static final String SORT_FIELDS = "^(created_at|updated_at|display_name)$";

    @QueryParam("search")
    @Parameter(description = "Part of a display name or description, in any case")
    @Nullable
    String search;

    @QueryParam("sort_field")
    @Parameter(description = "What to sort by; created_at if absent", schema = @Schema(pattern = SORT_FIELDS))
    @Nullable
    String sortField;

    @QueryParam("sort_direction")
    @Parameter(description = "desc if absent", schema = @Schema(pattern = Sort.DIRECTIONS))
    @Nullable
    String sortDirection;

    @QueryParam("page")
    @Parameter(
            description = "Page, counted from 1",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "10000", defaultValue = "1"))
    @Nullable
    String page;

    @QueryParam("page_size")
    @Parameter(
            description = "Flows of a page",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "100", defaultValue = "20"))
    @Nullable
    String pageSize;

    @QueryParam("tag_filters")
    @Parameter(description = "Tags, separated by commas; a flow with any of them is listed")
    @Nullable
    String tagFilters;

    @QueryParam("is_cleanable")
    @Parameter(
            description = "Only flows whose executions are deleted some time after they finish",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String cleanable;

    @QueryParam("created_by_id")
    @Parameter(description = "Only flows that this account, or this subject of a token, has created; by its id")
    @Nullable
    String createdById;

    @QueryParam("organization_id")
    @Parameter(
            description = "The caller's own organization; there is nothing to see of others",
            schema = @Schema(format = "uuid"))
    @Nullable
    String organizationId;

    @QueryParam("include_latest_version_executions_count")
    @Parameter(
            description = "Count the executions of the latest version",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String latestVersionExecutionsCount;

    FlowListQuery read(Form form) {
        return new FlowListQuery(
                form.query("search", search).text().unlessEmpty(),
                new Sort(
                        form.query("sort_field", sortField)
                                .text()
                                .matching(Pattern.compile(SORT_FIELDS))
                                .or("created_at"),
                        Sort.descending(form.query("sort_direction", sortDirection))),
                Page.read(form.query("page", page), form.query("page_size", pageSize), 20, 100),
                form.query("tag_filters", tagFilters).text().orNull(),
                form.query("is_cleanable", cleanable).bool().or(false),
                form.query("created_by_id", createdById).text().unlessEmpty(),
                form.query("organization_id", organizationId)
                        .uuid()
                        .map(OrganizationId::new)
                        .orNull(),
                form.query("include_latest_version_executions_count", latestVersionExecutionsCount)
                        .bool()
                        .or(false));
    }
}
