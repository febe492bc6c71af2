package dev.reflow.persistence;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationFacts;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.TaskRecord;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.Effect;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.History;
import dev.reflow.execution.Mode;
import dev.reflow.execution.Plan;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The engine's statements, each a call of one function in the database. */
@ApplicationScoped
class PostgresGenerationStore implements GenerationStore {
    private final Pool pool;
    private final Json json;
    private final Histories histories;
    private final Definitions definitions;

    PostgresGenerationStore(Pool pool, Json json, Histories histories, Definitions definitions) {
        this.pool = pool;
        this.json = json;
        this.histories = histories;
        this.definitions = definitions;
    }

    @Override
    public Uni<Boolean> beat(NodeId node) {
        return truth("select beat($1)", Tuple.of(node.value()));
    }

    @Override
    public Uni<Integer> rescueOrphans(Duration deadAfter) {
        return pool.preparedQuery("select rescue_orphans($1 * interval '1 millisecond')")
                .execute(Tuple.of(deadAfter.toMillis()))
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    @Override
    public Uni<Integer> promoteQueued() {
        return pool.preparedQuery("select promote_queued()")
                .execute()
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    @Override
    public Uni<List<Fence>> claim(NodeId node, int limit) {
        return fences("select execution, generation, lease from claim($1, $2)", Tuple.of(node.value(), limit), node);
    }

    @Override
    public Uni<List<Fence>> owned(NodeId node) {
        return fences(
                "select id, generation, lease from flow_execution where owner = $1", Tuple.of(node.value()), node);
    }

    private Uni<List<Fence>> fences(String sql, Tuple arguments, NodeId node) {
        return pool.preparedQuery(sql).execute(arguments).map(rows -> {
            List<Fence> fences = new ArrayList<>();
            for (Row row : rows) {
                fences.add(new Fence(new FlowExecutionId(row.getUUID(0)), row.getInteger(1), row.getLong(2), node));
            }
            return fences;
        });
    }

    @Override
    public Uni<Void> releaseAll(NodeId node) {
        return pool.preparedQuery("select release_all($1)")
                .execute(Tuple.of(node.value()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<GenerationFacts>> load(Fence fence) {
        return pool.preparedQuery("select e.flow_id, e.flow_version, e.input::text as input, e.input_task_name,"
                        + " e.floor, e.revision, e.cancel_requested, g.mode, g.flow_version_from, g.plan::text as plan"
                        + " from flow_execution e join generation g"
                        + " on g.flow_execution_id = e.id and g.generation = e.generation"
                        + " where e.id = $1 and e.lease = $2 and e.owner = $3 and e.active")
                .execute(Tuple.of(
                        fence.execution().value(), fence.lease(), fence.owner().value()))
                .flatMap(rows -> rows.size() == 0
                        ? Uni.createFrom().item(Optional.empty())
                        : load(fence, rows.iterator().next()).map(Optional::of));
    }

    private Uni<GenerationFacts> load(Fence fence, Row row) {
        FlowId flow = new FlowId(row.getUUID("flow_id"));
        int from = row.getInteger("flow_version_from");
        int version = row.getInteger("flow_version");
        return histories
                .load(fence.execution(), row.getInteger("floor"), fence.generation())
                .flatMap(attempts -> {
                    History history = attempts.history();
                    Set<Integer> versions = new HashSet<>(Set.of(version));
                    versions.add(from);
                    history.currentResults().forEach(result -> versions.add(result.flowVersion()));
                    return definitions
                            .load(flow, versions)
                            .map(loaded -> new GenerationFacts(
                                    json.read(row.getString("input")),
                                    new TaskName(row.getString("input_task_name")),
                                    Mode.of(row.getString("mode")),
                                    from,
                                    version,
                                    loaded,
                                    history,
                                    attempts.edits(),
                                    json.plan(row.getString("plan")),
                                    row.getLong("revision"),
                                    row.getBoolean("cancel_requested")));
                });
    }

    @Override
    public Uni<Map<UUID, JsonNode>> outputs(Collection<Attempt> results) {
        UUID[] ids = results.stream().map(Attempt::id).toArray(UUID[]::new);
        Integer[] revisions = results.stream().map(Attempt::editRevision).toArray(Integer[]::new);
        return pool.preparedQuery(
                        "select t.id, case when t.edit_revision = r.revision then t.output"
                                + " else t.unedited_output end::text"
                                + " from task_execution t join unnest($1::uuid[], $2::int[]) as r (id, revision) on r.id = t.id")
                .execute(Tuple.of(ids, revisions))
                .map(rows -> {
                    Map<UUID, JsonNode> outputs = new HashMap<>();
                    for (Row row : rows) {
                        outputs.put(row.getUUID(0), json.read(row.getString(1)));
                    }
                    return outputs;
                });
    }

    @Override
    public Uni<Boolean> begin(Fence fence, Plan plan) {
        return truth(
                "select begin_generation($1, $2, $3, $4, $5)",
                fenced(fence).addInteger(fence.generation()).addString(json.plan(plan)));
    }

    @Override
    public Uni<Boolean> record(Fence fence, TaskRecord attempt) {
        Effect.TaskStart start = attempt.start();
        return truth(
                "select record_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
                fenced(fence)
                        .addInteger(fence.generation())
                        .addInteger(attempt.version())
                        .addString(start.task().name().value())
                        .addInteger(start.idx())
                        .addString(attempt.status().code())
                        .addString(json.write(start.parameters()))
                        .addString(json.writeNullable(attempt.output()))
                        .addString(json.error(attempt.error()))
                        .addString(json.consumed(start.consumed()))
                        .addString(start.fingerprint())
                        .addOffsetDateTime(Rows.time(attempt.startedAt()))
                        .addOffsetDateTime(Rows.time(attempt.wakeAt()))
                        .addBoolean(start.task().interruptible()));
    }

    @Override
    public Uni<Boolean> cutOff(Fence fence, UUID result, Map<TaskName, Consumed> consumed) {
        return truth(
                "select cut_off($1, $2, $3, $4, $5, $6)",
                fenced(fence).addInteger(fence.generation()).addUUID(result).addString(json.consumed(consumed)));
    }

    @Override
    public Uni<Boolean> park(Fence fence, long revision, Instant until) {
        return truth(
                "select park($1, $2, $3, $4, $5)",
                fenced(fence).addLong(revision).addOffsetDateTime(Rows.time(until)));
    }

    @Override
    public Uni<Boolean> finish(Fence fence, long revision, Effect.Finish finish, @Nullable String message) {
        return truth(
                "select finish_generation($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                fenced(fence)
                        .addLong(revision)
                        .addInteger(fence.generation())
                        .addString(finish.reason().code())
                        .addString(message)
                        .addString(finish.status().code())
                        .addInteger(finish.counts().run())
                        .addInteger(finish.counts().reused())
                        .addInteger(finish.counts().cutOff())
                        .addInteger(finish.counts().failed()));
    }

    private static Tuple fenced(Fence fence) {
        return Tuple.of(fence.execution().value(), fence.lease(), fence.owner().value());
    }

    private Uni<Boolean> truth(String sql, Tuple arguments) {
        return pool.preparedQuery(sql)
                .execute(arguments)
                .map(rows -> rows.iterator().next().getBoolean(0));
    }
}
