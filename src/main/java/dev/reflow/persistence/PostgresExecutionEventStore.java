package dev.reflow.persistence;

import dev.reflow.execution.ExecutionEvent;
import dev.reflow.execution.ExecutionEventStore;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of events. Of one execution it is read by id, which rises in commit order. Over executions it does not:
 * a transaction that drew a lower id may commit later, and whoever read "id &gt; last" would never see it. There a
 * position is a snapshot of PostgreSQL's, and what is new is what the present snapshot sees and that one did not. So
 * nothing waits for a transaction that takes long; it only has the reader look at more rows that it knows.
 */
@ApplicationScoped
class PostgresExecutionEventStore implements ExecutionEventStore {
    private static final String COLUMNS = "e.id, e.flow_id, e.flow_execution_id, e.generation, e.status,"
            + " e.task_execution_id, e.task_name, e.task_execution_idx, e.processing_status, e.at";

    private final Sessions sessions;
    private final ConnectionPools pools;

    PostgresExecutionEventStore(Sessions sessions, ConnectionPools pools) {
        this.sessions = sessions;
        this.pools = pools;
    }

    @Override
    public Uni<List<ExecutionEvent>> after(OrganizationId organization, FlowExecutionId execution, long id, int limit) {
        return sessions.query(
                        organization,
                        "select " + COLUMNS + " from execution_event e"
                                + " where e.flow_execution_id = $1 and e.organization_id = $2 and e.id > $3"
                                + " order by e.id limit $4",
                        Tuple.of(execution.value(), organization.value(), id, limit))
                .map(PostgresExecutionEventStore::events);
    }

    /** The upper bound leaves out what a restored database has brought along from another one's transactions. */
    @Override
    public Uni<Tail> since(@Nullable String position, Collection<FlowId> flows, int limit) {
        UUID[] ids = flows.stream().map(FlowId::value).toArray(UUID[]::new);
        return pools.engine()
                .preparedQuery("select pg_current_snapshot()::text as position, " + COLUMNS
                        + " from (select $1::text::pg_snapshot as last) as p"
                        + " left join execution_event e on e.xact >= pg_snapshot_xmin(p.last)"
                        + " and e.xact < pg_snapshot_xmax(pg_current_snapshot())"
                        + " and not pg_visible_in_snapshot(e.xact, p.last) and e.flow_id = any ($2)"
                        + " order by e.id limit $3")
                .execute(Tuple.of(position, ids, limit))
                .map(found -> new Tail(found.iterator().next().getString("position"), events(found)));
    }

    @Override
    public Uni<Integer> purge(Duration olderThan, int limit) {
        return pools.engine()
                .preparedQuery("select purge_events($1 * interval '1 millisecond', $2)")
                .execute(Tuple.of(olderThan.toMillis(), limit))
                .map(found -> found.iterator().next().getInteger(0));
    }

    private static List<ExecutionEvent> events(RowSet<Row> found) {
        List<ExecutionEvent> events = new ArrayList<>(found.size());
        for (Row row : found) {
            if (row.getLong("id") != null) {
                events.add(event(row));
            }
        }
        return events;
    }

    private static ExecutionEvent event(Row row) {
        return new ExecutionEvent(
                row.getLong("id"),
                new FlowId(row.getUUID("flow_id")),
                new FlowExecutionId(row.getUUID("flow_execution_id")),
                row.getInteger("generation"),
                ExecutionStatus.of(row.getString("status")),
                task(row),
                row.getOffsetDateTime("at").toInstant());
    }

    private static ExecutionEvent.@Nullable Task task(Row row) {
        UUID id = row.getUUID("task_execution_id");
        return id == null
                ? null
                : new ExecutionEvent.Task(
                        id,
                        new TaskName(row.getString("task_name")),
                        row.getInteger("task_execution_idx"),
                        ProcessingStatus.of(row.getString("processing_status")));
    }
}
