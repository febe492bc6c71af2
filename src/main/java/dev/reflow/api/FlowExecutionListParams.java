package dev.reflow.api;

import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Which executions to list, and in which order. */
public final class FlowExecutionListParams {
    private static final String SORT_FIELDS = "^(created_at|updated_at)$";

    @QueryParam("flow_id")
    @Parameter(required = true, description = "The flow", schema = @Schema(format = "uuid"))
    @Nullable
    String flowId;

    @QueryParam("sort_field")
    @Parameter(description = "What to sort by; created_at if absent", schema = @Schema(pattern = SORT_FIELDS))
    @Nullable
    String sortField;

    @QueryParam("sort_direction")
    @Parameter(description = "desc if absent", schema = @Schema(pattern = Sort.DIRECTIONS))
    @Nullable
    String sortDirection;

    @QueryParam("status")
    @Parameter(description = "Only executions in one of these statuses")
    List<String> status = List.of();

    @QueryParam("status_exclude")
    @Parameter(description = "No executions in any of these statuses")
    List<String> statusExclude = List.of();

    @QueryParam("tags")
    @Parameter(description = "Only executions of which some task carries any of these tags, each as key:value")
    List<String> tags = List.of();

    @QueryParam("include_run_number")
    @Parameter(
            description = "Number the flow's executions by their creation",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String runNumber;

    @QueryParam("page")
    @Parameter(
            description = "Page, counted from 1",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "10000", defaultValue = "1"))
    @Nullable
    String page;

    @QueryParam("page_size")
    @Parameter(
            description = "Executions of a page",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "10"))
    @Nullable
    String pageSize;

    @QueryParam("start_from_execution_id")
    @Parameter(
            description = "List what follows this execution in the chosen order; fast at any depth",
            schema = @Schema(format = "uuid"))
    @Nullable
    String startFromExecutionId;

    @QueryParam("created_after")
    @Parameter(description = "Created then or later", schema = @Schema(format = "date-time"))
    @Nullable
    String createdAfter;

    @QueryParam("created_before")
    @Parameter(description = "Created then or earlier", schema = @Schema(format = "date-time"))
    @Nullable
    String createdBefore;

    @QueryParam("updated_after")
    @Parameter(description = "Updated then or later", schema = @Schema(format = "date-time"))
    @Nullable
    String updatedAfter;

    @QueryParam("updated_before")
    @Parameter(description = "Updated then or earlier", schema = @Schema(format = "date-time"))
    @Nullable
    String updatedBefore;

    @QueryParam("include_credits")
    @Parameter(description = "Add the credits", schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String credits;

    FlowExecutionListQuery read(Form form) {
        return new FlowExecutionListQuery(
                form.query("flow_id", flowId).uuid().required(),
                new Sort(
                        form.query("sort_field", sortField)
                                .text()
                                .matching(Pattern.compile(SORT_FIELDS))
                                .or("created_at"),
                        Sort.descending(form.query("sort_direction", sortDirection))),
                Page.read(form.query("page", page), form.query("page_size", pageSize), 10, 1000),
                form.query("start_from_execution_id", startFromExecutionId)
                        .uuid()
                        .orNull(),
                texts(form.query("status", status)),
                texts(form.query("status_exclude", statusExclude)),
                texts(form.query("tags", tags)),
                new Period(
                        form.query("created_after", createdAfter).instant().orNull(),
                        form.query("created_before", createdBefore).instant().orNull()),
                new Period(
                        form.query("updated_after", updatedAfter).instant().orNull(),
                        form.query("updated_before", updatedBefore).instant().orNull()),
                form.query("include_run_number", runNumber).bool().or(false),
                form.query("include_credits", credits).bool().or(false));
    }

    private static List<String> texts(Field field) {
        return field.list(item -> item.text().required()).or(List.of());
    }
}
