package dev.reflow.persistence;

import dev.reflow.engine.CommandStore;
import dev.reflow.engine.Fence;
import dev.reflow.engine.NodeId;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ResultEdit;
import dev.reflow.execution.TaskExecution;
import dev.reflow.execution.TaskReport;
import dev.reflow.execution.WebhookData;
import dev.reflow.organization.Caller;
import dev.reflow.organization.Permission;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What clients want of executions: one call of a function each, or a short transaction under the execution's lock. */
@ApplicationScoped
class PostgresCommandStore implements CommandStore {
    /** What is told of how long answers take: how many came within each. */
    private static final Duration[] ANSWER_TIMES = IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Pool pool;
    private final Sessions sessions;
    private final Json json;
    private final ExecutionFactsLoader facts;
    private final Rows rows;
    private final WebhookDataRows webhookData;
    private final TaskReportRows taskReports;
    private final MeterRegistry registry;
    private final CallSpans spans;
    private final GroupCommit.Lane<Restart, ReExecution> reExecutions;

    private record Restart(Caller caller, ReExecutionRequest request, Optional<NodeId> owner) {
        UUID execution() {
            return request.execution().value();
        }
    }

    PostgresCommandStore(
            Pool pool,
            Sessions sessions,
            Json json,
            ExecutionFactsLoader facts,
            Rows rows,
            WebhookDataRows webhookData,
            TaskReportRows taskReports,
            MeterRegistry registry,
            CallSpans spans) {
        this.pool = pool;
        this.sessions = sessions;
        this.json = json;
        this.facts = facts;
        this.rows = rows;
        this.webhookData = webhookData;
        this.taskReports = taskReports;
        this.registry = registry;
        this.spans = spans;
        this.reExecutions = new GroupCommit(registry, spans)
                .lane(
                        "re_execute",
                        new GroupCommit.Shape<>(
                                Comparator.comparing(Restart::execution), restart -> 0, Restart::execution),
                        restarts -> reExecuteAll(pool, restarts));
    }

    @Override
    public Uni<Optional<Fence>> start(Caller caller, StartRequest request, Optional<NodeId> owner) {
        return spans.of(
                        "start_execution",
                        span -> pool.preparedQuery(
                                        "select lease, owner from start_execution($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
                                                + " $11)")
                                .execute(Tuple.tuple()
                                        .addUUID(request.execution().value())
                                        .addUUID(caller.organization().value())
                                        .addUUID(request.flow().value())
                                        .addInteger(request.version())
                                        .addString(json.write(request.input()))
                                        .addString(request.inputTask().value())
                                        .addString(request.triggeredExecutor())
                                        .addString(caller.name())
                                        .addString(UUID.randomUUID().toString())
                                        .addUUID(owner.map(NodeId::value).orElse(null))
                                        .addString(Sessions.describe(caller))))
                .map(found -> {
                    if (found.size() == 0) {
                        throw ReflowException.notFound("Flow");
                    }
                    Row row = found.iterator().next();
                    return Optional.ofNullable(row.getUUID("owner"))
                            .map(node -> new Fence(request.execution(), 1, row.getLong("lease"), new NodeId(node)));
                });
    }

    @Override
    public Uni<ReExecution> reExecute(Caller caller, ReExecutionRequest request, Optional<NodeId> owner) {
        Timer.Sample began = Timer.start(registry);
        String mode = request.mode().code();
        return reExecutions
                .submit(new Restart(caller, request, owner))
                .onItemOrFailure()
                .invoke((answer, failure) -> began.stop(Timer.builder("reflow.reexecutions")
                        .description("Re-executions that were asked for, and how long it took to answer them")
                        .serviceLevelObjectives(ANSWER_TIMES)
                        .tag("mode", mode)
                        .tag("outcome", failure == null ? code(answer.outcome()) : "failed")
                        .register(registry)));
    }

    private static String code(ReExecutionOutcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    /** In the order of the requests. */
    private static Uni<List<ReExecution>> reExecuteAll(SqlClient client, List<Restart> restarts) {
        return client.preparedQuery("select ord, outcome, generation, lease, owner, running_tasks, interrupted"
                        + " from re_execute($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
                .execute(new Columns<>(restarts)
                        .uuids(Restart::execution)
                        .uuids(restart -> restart.caller().organization().value())
                        .texts(restart -> restart.caller().name())
                        .texts(restart -> restart.caller().subject())
                        .booleans(restart -> restart.caller().may(Permission.READ_PRIVATE))
                        .texts(restart -> restart.request().mode().code())
                        .texts(restart -> restart.request().idempotencyKey())
                        .texts(restart -> restart.request().ifMatch())
                        .uuids(restart -> restart.owner().map(NodeId::value).orElse(null))
                        .texts(restart -> Sessions.describe(restart.caller()))
                        .arguments())
                .map(found -> {
                    List<ReExecution> answers = new ArrayList<>();
                    found.forEach(row -> answers.add(reExecution(
                            restarts.get(row.getInteger("ord") - 1).request().execution(), row)));
                    return answers;
                });
    }

    private static ReExecution reExecution(FlowExecutionId execution, Row row) {
        ReExecutionOutcome outcome =
                ReExecutionOutcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT));
        Integer generation = row.getInteger("generation");
        String[] running = row.getArrayOfStrings("running_tasks");
        return new ReExecution(
                outcome,
                generation == null ? 0 : generation,
                Optional.ofNullable(row.getUUID("owner"))
                        .map(node -> new Fence(
                                execution, row.getInteger("generation"), row.getLong("lease"), new NodeId(node))),
                running == null ? List.of() : List.of(running),
                row.getBoolean("interrupted"));
    }

    @Override
    public Uni<Cancellation> cancel(Caller caller, FlowExecutionId execution) {
        return spans.of(
                        "cancel_execution",
                        span -> pool.preparedQuery(
                                        "select outcome, generation from cancel_execution($1, $2, $3, $4, $5, $6)")
                                .execute(Tuple.of(
                                        execution.value(),
                                        caller.organization().value(),
                                        caller.name(),
                                        caller.subject(),
                                        caller.may(Permission.READ_PRIVATE),
                                        Sessions.describe(caller))))
                .map(found -> {
                    Row row = found.iterator().next();
                    Integer generation = row.getInteger(1);
                    return new Cancellation(
                            CancelOutcome.valueOf(row.getString(0).toUpperCase(Locale.ROOT)),
                            generation == null ? 0 : generation);
                });
    }

    @Override
    public Uni<Optional<Edited>> edit(
            Caller caller,
            UUID taskExecution,
            EditDecision decision,
            Optional<ReExecutionRequest> reExecution,
            Optional<NodeId> owner) {
        return sessions.change(
                caller,
                client -> lock(client, caller, taskExecution)
                        .flatMap(execution -> execution
                                .map(id -> edit(client, id, taskExecution, caller, decision)
                                        .flatMap(changed -> restart(client, caller, reExecution, owner)
                                                .map(restarted -> Optional.of(new Edited(changed, restarted)))))
                                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))),
                edited -> edited.filter(Edited::changed).isPresent() ? List.of(taskExecution) : List.of());
    }

    private static Uni<Optional<ReExecution>> restart(
            SqlClient client, Caller caller, Optional<ReExecutionRequest> request, Optional<NodeId> owner) {
        return request.map(asked -> reExecuteAll(client, List.of(new Restart(caller, asked, owner)))
                        .map(answers -> answers.get(0))
                        .invoke(ReExecution::requireAccepted)
                        .map(Optional::of))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
    }

    /** Locks the attempt's execution, if the caller may see it. */
    private Uni<Optional<FlowExecutionId>> lock(SqlClient client, Caller caller, UUID taskExecution) {
        return client.preparedQuery("select e.id from flow_execution e"
                        + " where e.id = (select t.flow_execution_id from task_execution t where t.id = $1)"
                        + " and e.organization_id = $2 and e.deleted_at is null for no key update")
                .execute(Tuple.of(taskExecution, caller.organization().value()))
                .map(found -> found.size() == 0
                        ? Optional.empty()
                        : Optional.of(
                                new FlowExecutionId(found.iterator().next().getUUID(0))));
    }

    @Override
    public Uni<Optional<WebhookData.Receipt>> receive(
            Caller caller, FlowExecutionId execution, WebhookData data, ReceiptDecision decision) {
        return underLock(
                caller,
                execution,
                client -> webhookData.receive(client, caller, execution, data, decision),
                receipt -> receipt.duplicate() ? List.of() : List.of(execution.value()));
    }

    @Override
    public Uni<Optional<Reported>> report(
            Caller caller, FlowExecutionId execution, TaskReport report, ReportDecision decision) {
        return underLock(
                caller,
                execution,
                client -> taskReports.report(client, caller, execution, report, decision),
                reported -> reported.changed() ? List.of(reported.taskExecution()) : List.of());
    }

    /** One transaction that begins with the lock. Empty when the caller cannot see the execution. */
    private <T> Uni<Optional<T>> underLock(
            Caller caller,
            FlowExecutionId execution,
            Function<SqlClient, Uni<T>> work,
            Function<T, Collection<UUID>> things) {
        return sessions.change(
                caller,
                client -> lock(client, caller, execution)
                        .flatMap(found -> found
                                ? work.apply(client).map(Optional::of)
                                : Uni.createFrom().item(Optional.empty())),
                answer -> answer.map(things).orElse(List.of()));
    }

    /** Locks an execution, if the caller may see it. */
    private static Uni<Boolean> lock(SqlClient client, Caller caller, FlowExecutionId execution) {
        return client.preparedQuery("select id from flow_execution where id = $1 and organization_id = $2"
                        + " and deleted_at is null for no key update")
                .execute(Tuple.of(execution.value(), caller.organization().value()))
                .map(found -> found.size() == 1);
    }

    /** Whether something had to be changed. */
    private Uni<Boolean> edit(
            SqlClient client, FlowExecutionId execution, UUID taskExecution, Caller caller, EditDecision decision) {
        return facts.load(client, caller.organization(), List.of(execution))
                .flatMap(loaded -> taskExecution(client, caller, taskExecution)
                        .map(before -> decision.decide(Objects.requireNonNull(loaded.get(execution)), before)))
                .flatMap(decided -> decided.changed()
                        ? write(client, execution, caller, decided).replaceWith(true)
                        : Uni.createFrom().item(false));
    }

    private Uni<TaskExecution> taskExecution(SqlClient client, Caller caller, UUID id) {
        return client.preparedQuery("select " + Rows.TASK_EXECUTION + " from task_execution t"
                        + " where t.id = $1 and t.organization_id = $2")
                .execute(Tuple.of(id, caller.organization().value()))
                .map(found -> rows.taskExecution(found.iterator().next()));
    }

    private Uni<Void> write(SqlClient client, FlowExecutionId execution, Caller caller, ResultEdit.Decision decided) {
        Attempt after = decided.attempt();
        return client.preparedQuery("select edit_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
                .execute(Tuple.tuple()
                        .addUUID(execution.value())
                        .addUUID(after.id())
                        .addString(after.status().code())
                        .addString(after.edited().code())
                        .addBoolean(after.markedStale())
                        .addInteger(after.editRevision())
                        .addInteger(after.editedIn())
                        .addString(json.write(decided.output()))
                        .addString(decided.status().code())
                        .addString(caller.name()))
                .replaceWithVoid();
    }
}
