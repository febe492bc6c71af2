package dev.reflow.persistence;

import dev.reflow.execution.Attempt;
import dev.reflow.execution.EditedStatus;
import dev.reflow.execution.EndReason;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Generation;
import dev.reflow.execution.Mode;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskCounts;
import dev.reflow.execution.TaskExecution;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Rows of task executions as records. */
@ApplicationScoped
class Rows {
    /** The columns of {@link #attempt}. */
    static final String ATTEMPT = "t.id, t.task_name, t.task_execution_idx, t.generation, t.flow_version,"
            + " t.processing_status, t.edited_status, t.marked_stale, t.edit_revision, t.edited_in,"
            + " t.consumed::text as consumed, t.fingerprint, t.cut_off_in, t.wake_at, t.started_at,"
            + " t.flow_execution_id, t.unedited_status, t.unedited_revision, t.reported_by";
    /** The columns of {@link #taskExecution}. */
    static final String TASK_EXECUTION = ATTEMPT + ", t.organization_id, t.input::text as input,"
            + " t.output::text as output, t.error::text as error,"
            + " t.source_task_executions::text as source_task_executions, t.completed_at, t.created_at,"
            + " t.updated_at, t.modified_by";

    private final Json json;

    Rows(Json json) {
        this.json = json;
    }

    Attempt attempt(Row row) {
        return new Attempt(
                row.getUUID("id"),
                new TaskName(row.getString("task_name")),
                row.getInteger("task_execution_idx"),
                row.getInteger("generation"),
                row.getInteger("flow_version"),
                ProcessingStatus.of(row.getString("processing_status")),
                EditedStatus.of(row.getString("edited_status")),
                row.getBoolean("marked_stale"),
                row.getInteger("edit_revision"),
                row.getInteger("edited_in"),
                json.consumed(row.getString("consumed")),
                row.getString("fingerprint"),
                row.getInteger("cut_off_in"),
                instant(row, "wake_at"),
                instant(row, "started_at"));
    }

    /** An attempt as the generation sees it that was active when the attempt was edited. */
    Attempt uneditedAttempt(Row row, Attempt attempt, int generation) {
        String status = row.getString("unedited_status");
        return status == null || attempt.editedIn() != generation
                ? attempt
                : attempt.unedited(ProcessingStatus.of(status), row.getInteger("unedited_revision"));
    }

    /** What a worker has begun is not lost when no process runs it: the engine waits for the worker. */
    Attempt awaitedAttempt(Row row, Attempt attempt) {
        return row.getString("reported_by") == null || attempt.status().isFinal() ? attempt : attempt.awaited();
    }

    TaskExecution taskExecution(Row row) {
        return new TaskExecution(
                attempt(row),
                new OrganizationId(row.getUUID("organization_id")),
                new FlowExecutionId(row.getUUID("flow_execution_id")),
                json.readNullable(row.getString("input")),
                json.readNullable(row.getString("output")),
                json.readNullable(row.getString("error")),
                json.readNullable(row.getString("source_task_executions")),
                instant(row, "completed_at"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant(),
                row.getString("modified_by"));
    }

    static Generation generation(Row row) {
        String reason = row.getString("reason");
        return new Generation(
                row.getInteger("generation"),
                Mode.of(row.getString("mode")),
                row.getInteger("flow_version_from"),
                row.getInteger("flow_version_to"),
                row.getString("requested_by"),
                row.getOffsetDateTime("requested_at").toInstant(),
                instant(row, "started_at"),
                instant(row, "ended_at"),
                new TaskCounts(
                        row.getInteger("run"),
                        row.getInteger("tasks_reused"),
                        row.getInteger("tasks_cut_off"),
                        row.getInteger("failed")),
                reason == null ? null : EndReason.of(reason),
                row.getString("end_message"));
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
