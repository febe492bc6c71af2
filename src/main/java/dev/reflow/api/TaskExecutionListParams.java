package dev.reflow.api;

import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Which task executions to list. */
public final class TaskExecutionListParams {
    @QueryParam("flow_execution_id")
    @Parameter(description = "Only those of this execution", schema = @Schema(format = "uuid"))
    @Nullable
    String flowExecutionId;

    @QueryParam("task_name")
    @Parameter(description = "Only those of this task", schema = @Schema(minLength = 1, maxLength = 200))
    @Nullable
    String taskName;

    @QueryParam("task_execution_idx")
    @Parameter(description = "Only those with this index", schema = @Schema(type = SchemaType.INTEGER, minimum = "0"))
    @Nullable
    String taskExecutionIdx;

    @QueryParam("generation")
    @Parameter(
            description = "Those of this generation, instead of those that count now",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1"))
    @Nullable
    String generation;

    @QueryParam("include_credits")
    @Parameter(description = "Add the credits", schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String credits;

    TaskExecutionListQuery read(Form form) {
        return new TaskExecutionListQuery(
                form.query("flow_execution_id", flowExecutionId).uuid().orNull(),
                form.query("task_name", taskName).text().atLeast(1).atMost(200).orNull(),
                form.query("task_execution_idx", taskExecutionIdx)
                        .integer()
                        .atLeast(0)
                        .orNull(),
                form.query("generation", generation).integer().atLeast(1).orNull(),
                form.query("include_credits", credits).bool().or(false));
    }
}
