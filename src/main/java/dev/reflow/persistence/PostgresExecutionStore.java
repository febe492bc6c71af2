package dev.reflow.persistence;

import dev.reflow.execution.Backlog;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.ExecutionQuery;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecution;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Generation;
import dev.reflow.execution.TaskExecution;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Lists and reads executions and their tasks. */
@ApplicationScoped
class PostgresExecutionStore implements ExecutionStore {
    /** Counted in the time that it takes to ask for a plan. */
    private static final long FAST_TO_COUNT = 20_000;

    private final Sessions sessions;
    private final ConnectionPools pools;
    private final Rows rows;
    private final FlowExecutionRows executionRows;
    private final ExecutionFactsLoader facts;
    private final Definitions definitions;
    private final UnpagedLists lists;

    PostgresExecutionStore(
            Sessions sessions,
            ConnectionPools pools,
            Rows rows,
            FlowExecutionRows executionRows,
            ExecutionFactsLoader facts,
            Definitions definitions,
            UnpagedLists lists) {
        this.sessions = sessions;
        this.pools = pools;
        this.rows = rows;
        this.executionRows = executionRows;
        this.facts = facts;
        this.definitions = definitions;
        this.lists = lists;
    }

    @Override
    public Uni<Optional<FlowExecution>> find(OrganizationId organization, FlowExecutionId id) {
        return sessions.query(
                        organization,
                        "select " + FlowExecutionRows.COLUMNS + " from flow_execution e"
                                + " where e.id = $1 and e.organization_id = $2 and e.deleted_at is null",
                        Tuple.of(id.value(), organization.value()))
                .map(this::first);
    }

    @Override
    public Uni<Definition> definition(FlowExecution execution) {
        int version = execution.flowVersion();
        return sessions.of(
                        execution.organization(), client -> definitions.load(client, execution.flow(), Set.of(version)))
                .map(loaded -> Objects.requireNonNull(loaded.get(version)));
    }

    @Override
    public Uni<Listed> list(OrganizationId organization, FlowId flow, ExecutionQuery query) {
        ExecutionList list = new ExecutionList(organization, flow, query);
        return sessions.of(organization, client -> listed(client, list));
    }

    private Uni<Listed> listed(SqlClient client, ExecutionList list) {
        return number(client, list.all())
                .flatMap(all -> list.isFiltered() && all > 0
                        ? total(client, list, all)
                        : Uni.createFrom().item(all))
                .flatMap(total -> total == 0
                        ? Uni.createFrom().item(new Listed(List.of(), 0))
                        : execute(client, list.page(total)).map(found -> new Listed(executions(found), total)));
    }

    /** Exact whatever it is counted by: the planner only says what costs less. */
    private static Uni<Long> total(SqlClient client, ExecutionList list, long all) {
        if (list.isTagged() || all < FAST_TO_COUNT) {
            return number(client, list.count());
        }
        return cost(client, list.count())
                .flatMap(counting -> cost(client, list.countOfOthers())
                        .flatMap(others -> number(client, others < counting ? list.countOfOthers() : list.count())));
    }

    private static Uni<Double> cost(SqlClient client, ExecutionList.Statement statement) {
        return execute(client, statement.explained())
                .map(plan -> plan.iterator()
                        .next()
                        .getJsonArray(0)
                        .getJsonObject(0)
                        .getJsonObject("Plan")
                        .getDouble("Total Cost"));
    }

    private static Uni<RowSet<Row>> execute(SqlClient client, ExecutionList.Statement statement) {
        return client.preparedQuery(statement.sql()).execute(statement.arguments());
    }

    /** 0 where there is none. */
    private static Uni<Long> number(SqlClient client, ExecutionList.Statement statement) {
        return execute(client, statement)
                .map(found ->
                        Optional.ofNullable(found.iterator().next().getLong(0)).orElse(0L));
    }

    private List<FlowExecution> executions(RowSet<Row> found) {
        List<FlowExecution> list = new ArrayList<>();
        found.forEach(row -> list.add(executionRows.flowExecution(row)));
        return list;
    }

    @Override
    public Uni<Optional<FlowId>> findFlow(OrganizationId organization, FlowExecutionId id) {
        return sessions.query(
                        organization,
                        "select flow_id from flow_execution where id = $1 and organization_id = $2",
                        Tuple.of(id.value(), organization.value()))
                .map(found -> found.size() == 0
                        ? Optional.empty()
                        : Optional.of(new FlowId(found.iterator().next().getUUID(0))));
    }

    @Override
    public Uni<Void> delete(Caller caller, FlowExecutionId id) {
        return sessions.change(
                        caller,
                        "select id from delete_execution($1, $2, $3) as id",
                        Tuple.of(id.value(), caller.organization().value(), caller.name()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Integer> deleteExpired(int limit) {
        return pools.engine()
                .preparedQuery("select delete_expired($1)")
                .execute(Tuple.of(limit))
                .map(found -> found.iterator().next().getInteger(0));
    }

    @Override
    public Uni<List<Backlog>> backlog(Duration deadAfter) {
        return pools.agents()
                .preparedQuery("select state, executions, oldest from backlog($1 * interval '1 millisecond')")
                .execute(Tuple.of(deadAfter.toMillis()))
                .map(found -> {
                    List<Backlog> backlog = new ArrayList<>();
                    found.forEach(row -> backlog.add(new Backlog(
                            Backlog.State.of(row.getString(0)), row.getLong(1), Duration.ofMillis(row.getLong(2)))));
                    return backlog;
                });
    }

    @Override
    public Uni<Optional<FlowExecution>> label(Caller caller, FlowExecutionId id, ExecutionStatus status) {
        return sessions.change(
                        caller,
                        "update flow_execution e set status = $3, modified_by = $4,"
                                + " updated_at = next_updated_at(e.updated_at)"
                                + " where e.id = $1 and e.organization_id = $2 and e.deleted_at is null"
                                + " returning " + FlowExecutionRows.COLUMNS,
                        Tuple.of(id.value(), caller.organization().value(), status.code(), caller.name()))
                .map(this::first);
    }

    private Optional<FlowExecution> first(RowSet<Row> found) {
        return found.size() == 0
                ? Optional.empty()
                : Optional.of(executionRows.flowExecution(found.iterator().next()));
    }

    @Override
    public Uni<Optional<ExecutionFacts>> findFacts(OrganizationId organization, FlowExecutionId id) {
        return find(organization, id)
                .flatMap(found -> found.isEmpty()
                        ? Uni.createFrom().item(Optional.empty())
                        : sessions.of(organization, client -> facts.load(client, organization, List.of(id)))
                                .map(loaded -> Optional.ofNullable(loaded.get(id))));
    }

    @Override
    public Uni<Integer> purgeSuperseded(Duration olderThan, int limit) {
        return pools.engine()
                .preparedQuery("select purge_superseded($1 * interval '1 millisecond', $2)")
                .execute(Tuple.of(olderThan.toMillis(), limit))
                .map(found -> found.iterator().next().getInteger(0));
    }

    @Override
    public Uni<List<Outdated>> findOutdated(int limit) {
        return pools.engine()
                .preparedQuery("select e.organization_id, e.id, f.reexecute_below, v.created_by"
                        + " from flow f join flow_version v on v.flow_id = f.id and v.version = f.reexecute_below"
                        + " join flow_execution e on e.flow_id = f.id and e.flow_version < f.reexecute_below"
                        + " join generation g on g.flow_execution_id = e.id and g.generation = e.generation"
                        + " where f.reexecute_below > 0 and f.deleted_at is null and not e.active"
                        + " and e.deleted_at is null and g.end_reason <> 'cancelled'"
                        // a client has used the key for something else: that would be replayed for ever
                        + " and not exists (select from generation used where used.flow_execution_id = e.id"
                        + " and used.idempotency_key = 'update:' || f.reexecute_below)"
                        + " order by e.updated_at limit $1")
                .execute(Tuple.of(limit))
                .map(found -> {
                    List<Outdated> outdated = new ArrayList<>();
                    found.forEach(row -> outdated.add(new Outdated(
                            new OrganizationId(row.getUUID(0)),
                            new FlowExecutionId(row.getUUID(1)),
                            row.getInteger(2),
                            row.getString(3))));
                    return outdated;
                });
    }

    /** That a generation was superseded, and when, follows from the next one; what it ran by then, from its attempts. */
    @Override
    public Uni<List<Generation>> generations(OrganizationId organization, FlowExecutionId id) {
        return sessions.query(
                        organization,
                        "select g.*, coalesce(g.end_reason, case when g.next_at is not null then"
                                + " 'superseded' end) as reason, coalesce(g.finished_at, g.next_at) as ended_at,"
                                + " coalesce(done.run, g.tasks_run) as run, coalesce(done.failed, g.tasks_failed) as failed"
                                + " from (select *, lead(requested_at) over (order by generation) as next_at"
                                + "   from generation where flow_execution_id ="
                                + "     (select id from flow_execution where id = $1 and organization_id = $2)) g"
                                + " left join lateral (select run, failed from count_tasks(g.flow_execution_id, g.generation)"
                                + "   where g.end_reason is null and g.purged_at is null) done on true"
                                + " order by g.generation desc",
                        Tuple.of(id.value(), organization.value()))
                .map(found -> {
                    List<Generation> generations = new ArrayList<>();
                    found.forEach(row -> generations.add(Rows.generation(row)));
                    return generations;
                });
    }

    @Override
    public Uni<List<TaskExecutionInContext>> tasks(Caller caller, TaskQuery query) {
        Where where = new Where();
        where.and("e.organization_id = " + where.argument(caller.organization().value()));
        where.and("e.deleted_at is null");
        if (query.execution() != null) {
            where.and("e.id = " + where.argument(query.execution().value()));
        }
        if (query.task() != null) {
            where.and("t.task_name = " + where.argument(query.task().value()));
        }
        if (query.idx() != null) {
            where.and("t.task_execution_idx = " + where.argument(query.idx()));
        }
        if (query.id() != null) {
            where.and("t.id = " + where.argument(query.id()));
        } else {
            where.and(
                    query.generation() == null
                            ? "t.generation >= e.floor"
                            : "t.generation = " + where.argument(query.generation()));
            where.visibleTo(caller);
        }
        String from =
                "task_execution t join flow_execution e on e.id = t.flow_execution_id join flow f on f.id = e.flow_id";
        boolean ofMany = query.execution() == null && query.id() == null;
        return sessions.of(
                caller.organization(),
                client -> (ofMany
                                ? lists.requireFew(client, from, where)
                                : Uni.createFrom().voidItem())
                        .chain(() -> client.preparedQuery("select " + Rows.TASK_EXECUTION + " from " + from + " where "
                                        + where.sql()
                                        + " order by t.created_at desc, t.task_execution_idx desc, t.id desc")
                                .execute(where.arguments()))
                        .flatMap(found -> inContext(client, caller.organization(), found)));
    }

    private Uni<List<TaskExecutionInContext>> inContext(
            SqlClient client, OrganizationId organization, RowSet<Row> found) {
        List<TaskExecution> tasks = new ArrayList<>();
        Set<FlowExecutionId> executions = new HashSet<>();
        for (Row row : found) {
            TaskExecution task = rows.taskExecution(row);
            tasks.add(task);
            executions.add(task.flowExecution());
        }
        if (executions.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return facts.load(client, organization, executions)
                .map(loaded -> tasks.stream()
                        .map(task -> new TaskExecutionInContext(
                                task, Objects.requireNonNull(loaded.get(task.flowExecution()))))
                        .toList());
    }
}
