package dev.reflow.persistence;

import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecution;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;

/** Rows of executions as records. */
@ApplicationScoped
class FlowExecutionRows {
    static final String COLUMNS = "e.id, e.organization_id, e.flow_id, e.flow_version, e.status,"
            + " e.input::text as input, e.input_task_name, e.triggered_task_executor_name, e.run_number, e.generation,"
            + " e.floor, e.revision, e.active, e.modified_by, e.created_at, e.updated_at";

    private final Json json;

    FlowExecutionRows(Json json) {
        this.json = json;
    }

    FlowExecution flowExecution(Row row) {
        return new FlowExecution(
                new FlowExecutionId(row.getUUID("id")),
                new OrganizationId(row.getUUID("organization_id")),
                new FlowId(row.getUUID("flow_id")),
                row.getInteger("flow_version"),
                ExecutionStatus.of(row.getString("status")),
                json.read(row.getString("input")),
                new TaskName(row.getString("input_task_name")),
                row.getString("triggered_task_executor_name"),
                row.getInteger("run_number"),
                row.getInteger("generation"),
                row.getInteger("floor"),
                row.getLong("revision"),
                row.getBoolean("active"),
                row.getString("modified_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }
}
