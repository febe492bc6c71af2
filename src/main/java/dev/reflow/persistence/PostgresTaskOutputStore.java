package dev.reflow.persistence;

import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.StaleStatus;
import dev.reflow.execution.TaskExecution;
import dev.reflow.execution.TaskOutput;
import dev.reflow.execution.TaskOutputStore;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What came of tasks: read from the rows of their attempts, and from what workers sent. */
@ApplicationScoped
class PostgresTaskOutputStore implements TaskOutputStore {
    private static final String SENT = "o.id, o.organization_id, o.flow_execution_id, o.flow_version, o.task_name,"
            + " o.summary::text as summary, o.output::text as output, o.tags::text as tags, o.processing_status,"
            + " o.edited_status, o.stale_status, o.error::text as error, o.created_at, o.updated_at, o.modified_by";

    private final Sessions sessions;
    private final Json json;
    private final Rows rows;
    private final ExecutionFactsLoader facts;
    private final UnpagedLists lists;

    PostgresTaskOutputStore(Sessions sessions, Json json, Rows rows, ExecutionFactsLoader facts, UnpagedLists lists) {
        this.sessions = sessions;
        this.json = json;
        this.rows = rows;
        this.facts = facts;
        this.lists = lists;
    }

    @Override
    public Uni<List<FromAttempts>> fromAttempts(Caller caller, @Nullable FlowExecutionId execution) {
        return fromAttempts(caller.organization(), visible(caller, execution), execution == null);
    }

    @Override
    public Uni<Optional<FromAttempts>> findFromAttempts(OrganizationId organization, UUID attempt) {
        Where where = present(organization);
        String ofAttempt = " from task_execution a where a.id = " + where.argument(attempt) + ")";
        where.and("e.id = (select a.flow_execution_id" + ofAttempt);
        where.and("t.task_name = (select a.task_name" + ofAttempt);
        return fromAttempts(organization, where, false)
                .map(found -> found.stream().findFirst());
    }

    private static Where present(OrganizationId organization) {
        Where where = new Where();
        where.and("e.organization_id = " + where.argument(organization.value()));
        where.and("e.deleted_at is null");
        return where;
    }

    private static Where visible(Caller caller, @Nullable FlowExecutionId execution) {
        Where where = present(caller.organization());
        if (execution != null) {
            where.and("e.id = " + where.argument(execution.value()));
        }
        where.visibleTo(caller);
        return where;
    }

    private Uni<List<FromAttempts>> fromAttempts(OrganizationId organization, Where where, boolean ofMany) {
        where.and("t.generation >= e.floor");
        String from =
                "task_execution t join flow_execution e on e.id = t.flow_execution_id join flow f on f.id = e.flow_id";
        String sql = "with task as (select"
                + " (array_agg(t.id order by t.task_execution_idx))[1] as first_id,"
                + " min(t.created_at) as first_created_at,"
                + " bool_or(t.edited_status <> 'not_edited') as any_edited,"
                + " (array_agg(t.id order by t.task_execution_idx desc)"
                + "   filter (where t.processing_status in ('completed', 'failed')))[1] as ended_id"
                + " from " + from + " where " + where.sql()
                + " group by t.flow_execution_id, t.task_name)"
                + " select " + Rows.TASK_EXECUTION + ", k.first_id, k.first_created_at, k.any_edited"
                + " from task k join task_execution t on t.id = k.ended_id";
        return sessions.of(
                organization,
                client -> few(client, from, where, ofMany)
                        .chain(() -> client.preparedQuery(sql).execute(where.arguments()))
                        .flatMap(found -> withFacts(client, organization, found)));
    }

    private Uni<Void> few(SqlClient client, String from, Where where, boolean ofMany) {
        return ofMany ? lists.requireFew(client, from, where) : Uni.createFrom().voidItem();
    }

    private Uni<List<FromAttempts>> withFacts(SqlClient client, OrganizationId organization, RowSet<Row> found) {
        List<TaskOutput.Attempts> tasks = new ArrayList<>();
        Set<FlowExecutionId> executions = new HashSet<>();
        for (Row row : found) {
            TaskExecution ended = rows.taskExecution(row);
            executions.add(ended.flowExecution());
            tasks.add(new TaskOutput.Attempts(
                    row.getUUID("first_id"),
                    ended,
                    row.getBoolean("any_edited"),
                    row.getOffsetDateTime("first_created_at").toInstant()));
        }
        return executions.isEmpty()
                ? Uni.createFrom().item(List.of())
                : facts.load(client, organization, executions)
                        .map(loaded -> tasks.stream()
                                .map(task -> new FromAttempts(
                                        task,
                                        requireFacts(loaded.get(task.ended().flowExecution()))))
                                .toList());
    }

    private static ExecutionFacts requireFacts(@Nullable ExecutionFacts facts) {
        return Objects.requireNonNull(facts);
    }

    @Override
    public Uni<List<TaskOutput>> sent(Caller caller, @Nullable FlowExecutionId execution) {
        Where where = visible(caller, execution);
        where.and("o.organization_id = e.organization_id");
        where.and("o.generation >= e.floor");
        return sent(caller.organization(), where, execution == null);
    }

    @Override
    public Uni<Optional<TaskOutput>> findSent(OrganizationId organization, UUID id) {
        Where where = present(organization);
        where.and("o.organization_id = e.organization_id");
        where.and("o.id = " + where.argument(id));
        return sent(organization, where, false).map(found -> found.stream().findFirst());
    }

    private Uni<List<TaskOutput>> sent(OrganizationId organization, Where where, boolean ofMany) {
        String from =
                "task_output o join flow_execution e on e.id = o.flow_execution_id join flow f on f.id = e.flow_id";
        return sessions.of(
                organization,
                client -> few(client, from, where, ofMany)
                        .chain(() -> client.preparedQuery("select " + SENT + " from " + from + " where " + where.sql())
                                .execute(where.arguments()))
                        .map(this::outputs));
    }

    @Override
    public Uni<Optional<TaskOutput>> send(Caller caller, UUID id, TaskOutput.Content content) {
        return sessions.change(
                        caller,
                        "insert into task_output as o (organization_id, id, flow_execution_id, generation,"
                                + " flow_version, task_name, summary, output, tags, processing_status, edited_status,"
                                + " stale_status, error, modified_by)"
                                + " select e.organization_id, $1, e.id, e.generation, e.flow_version, $4, $5::text::json,"
                                + " $6::text::json, $7::text::json, $8, $9, $10, $11::text::json, $12 from flow_execution e"
                                + " where e.id = $3 and e.organization_id = $2 and e.deleted_at is null"
                                + " on conflict (organization_id, id) do update set generation = excluded.generation,"
                                + " flow_version = excluded.flow_version, summary = excluded.summary, output = excluded.output,"
                                + " tags = excluded.tags, processing_status = excluded.processing_status,"
                                + " edited_status = excluded.edited_status, stale_status = excluded.stale_status,"
                                + " error = excluded.error, modified_by = excluded.modified_by,"
                                + " updated_at = next_updated_at(o.updated_at)"
                                + " where o.flow_execution_id = excluded.flow_execution_id"
                                + " and o.task_name = excluded.task_name returning " + SENT,
                        Tuple.tuple()
                                .addUUID(id)
                                .addUUID(caller.organization().value())
                                .addUUID(content.execution().value())
                                .addString(content.task().value())
                                .addString(json.writeNullable(content.summary()))
                                .addString(json.writeNullable(content.output()))
                                .addString(json.writeNullable(content.tags()))
                                .addString(content.status().code())
                                .addString(edited(content))
                                .addString(content.stale().code())
                                .addString(json.writeNullable(content.error()))
                                .addString(caller.name()))
                .map(found -> outputs(found).stream().findFirst());
    }

    private static String edited(TaskOutput.Content content) {
        return content.edited() ? "edited" : "not_edited";
    }

    private List<TaskOutput> outputs(RowSet<Row> found) {
        List<TaskOutput> outputs = new ArrayList<>();
        found.forEach(row -> outputs.add(output(row)));
        return outputs;
    }

    private TaskOutput output(Row row) {
        return new TaskOutput(
                row.getUUID("id"),
                new OrganizationId(row.getUUID("organization_id")),
                new TaskOutput.Content(
                        new FlowExecutionId(row.getUUID("flow_execution_id")),
                        new TaskName(row.getString("task_name")),
                        json.readNullable(row.getString("summary")),
                        json.readNullable(row.getString("output")),
                        json.readNullable(row.getString("tags")),
                        ProcessingStatus.of(row.getString("processing_status")),
                        row.getString("edited_status").equals("edited"),
                        StaleStatus.of(row.getString("stale_status")),
                        json.readNullable(row.getString("error"))),
                row.getInteger("flow_version"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant(),
                row.getString("modified_by"));
    }
}
