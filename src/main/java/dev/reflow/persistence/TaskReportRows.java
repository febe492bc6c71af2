package dev.reflow.persistence;

import dev.reflow.engine.CommandStore.ReportDecision;
import dev.reflow.engine.CommandStore.Reported;
import dev.reflow.execution.Action;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.History;
import dev.reflow.execution.TaskExecution;
import dev.reflow.execution.TaskReport;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What workers report of attempts of an execution, whose row the caller has locked. */
@ApplicationScoped
class TaskReportRows {
    private final Json json;
    private final Rows rows;
    private final Definitions definitions;

    TaskReportRows(Json json, Rows rows, Definitions definitions) {
        this.json = json;
        this.rows = rows;
        this.definitions = definitions;
    }

    Uni<Reported> report(
            SqlClient client, Caller caller, FlowExecutionId execution, TaskReport report, ReportDecision decision) {
        return facts(client, execution, report).flatMap(facts -> {
            TaskReport.Decision decided = decision.decide(facts);
            return decided.changed()
                    ? write(client, caller, execution, decided)
                    : Uni.createFrom()
                            .item(new Reported(
                                    facts.before().orElseThrow().attempt().id(), false));
        });
    }

    private Uni<TaskReport.Facts> facts(SqlClient client, FlowExecutionId execution, TaskReport report) {
        return client.preparedQuery("select e.flow_id, e.flow_version, e.generation, e.floor, e.active,"
                        + " (select p ->> 'action' from generation g cross join lateral json_array_elements(g.plan) p"
                        + "   where g.flow_execution_id = e.id and g.generation = e.generation"
                        + "   and p ->> 'task_name' = $2) as action,"
                        + " coalesce((select max(t.task_execution_idx) from task_execution t"
                        + "   where t.flow_execution_id = e.id and t.task_name = $2), -1) as highest_idx"
                        + " from flow_execution e where e.id = $1")
                .execute(Tuple.of(execution.value(), report.task().value()))
                .flatMap(found ->
                        facts(client, execution, report, found.iterator().next()));
    }

    private Uni<TaskReport.Facts> facts(SqlClient client, FlowExecutionId execution, TaskReport report, Row row) {
        int version = row.getInteger("flow_version");
        return definitions
                .load(client, new FlowId(row.getUUID("flow_id")), Set.of(version))
                .map(loaded -> Objects.requireNonNull(loaded.get(version)))
                .flatMap(definition -> history(client, execution, definition, report.task(), row)
                        .flatMap(history -> before(client, execution, report)
                                .map(before -> new TaskReport.Facts(
                                        definition,
                                        row.getInteger("generation"),
                                        row.getBoolean("active"),
                                        Optional.ofNullable(row.getString("action"))
                                                .map(Action::of),
                                        history,
                                        before))));
    }

    /** Of the task and of its dependencies alone: the other tasks, however many, do not matter. */
    private Uni<History> history(
            SqlClient client, FlowExecutionId execution, Definition definition, TaskName task, Row row) {
        String[] names = Stream.concat(
                        Stream.of(task),
                        definition.find(task).stream()
                                .flatMap(found -> definition.dependencies(found).stream())
                                .map(FlowTask::name))
                .map(TaskName::value)
                .toArray(String[]::new);
        return client.preparedQuery("select " + Rows.ATTEMPT + " from task_execution t"
                        + " where t.flow_execution_id = $1 and t.task_name = any ($2) and t.generation >= $3")
                .execute(Tuple.of(execution.value(), names, row.getInteger("floor")))
                .map(found -> {
                    List<Attempt> attempts = new ArrayList<>();
                    found.forEach(attempt -> attempts.add(rows.attempt(attempt)));
                    return new History(attempts, Map.of(task, row.getInteger("highest_idx")));
                });
    }

    private Uni<Optional<TaskExecution>> before(SqlClient client, FlowExecutionId execution, TaskReport report) {
        return client.preparedQuery("select " + Rows.TASK_EXECUTION + " from task_execution t"
                        + " where t.flow_execution_id = $1 and t.task_name = $2 and t.task_execution_idx = $3")
                .execute(Tuple.of(execution.value(), report.task().value(), report.idx()))
                .map(found -> found.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.taskExecution(found.iterator().next())));
    }

    private Uni<Reported> write(
            SqlClient client, Caller caller, FlowExecutionId execution, TaskReport.Decision decided) {
        TaskReport report = decided.report();
        return client.preparedQuery("select report_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
                .execute(Tuple.tuple()
                        .addUUID(execution.value())
                        .addString(report.task().value())
                        .addInteger(report.idx())
                        .addString(report.status().code())
                        .addString(json.writeNullable(report.input()))
                        .addString(json.writeNullable(report.output()))
                        .addString(json.writeNullable(report.error()))
                        .addString(json.writeNullable(report.sourceTaskExecutions()))
                        .addString(json.consumed(decided.consumed()))
                        .addOffsetDateTime(Rows.time(report.startedAt()))
                        .addOffsetDateTime(Rows.time(report.completedAt()))
                        .addString(caller.name()))
                .map(found -> new Reported(found.iterator().next().getUUID(0), true));
    }
}
