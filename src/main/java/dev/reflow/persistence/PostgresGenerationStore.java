package dev.reflow.persistence;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationFacts;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.TaskRecord;
import dev.reflow.execution.Action;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.Effect;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Plan;
import dev.reflow.execution.WebhookData;
import dev.reflow.flow.TaskName;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The engine's statements, each a call of one function in the database, guarded writes many at once. */
@ApplicationScoped
class PostgresGenerationStore implements GenerationStore {
    private final ConnectionPools pools;
    private final Json json;
    private final GenerationLoader loader;
    private final GroupCommit.Lane<Fence, Optional<GenerationFacts>> loads;
    private final GroupCommit.Lane<Begin, Boolean> begins;
    private final GroupCommit.Lane<Result, Recorded> records;
    private final GroupCommit.Lane<CutOff, Boolean> cutOffs;
    private final GroupCommit.Lane<Park, Boolean> parks;
    private final GroupCommit.Lane<Finish, Boolean> finishes;

    /** A request to write, as the columns of its row. */
    private interface Guarded {
        Fence fence();
    }

    private record Begin(Fence fence, long revision, String plan, int reused) implements Guarded {}

    private record Result(
            Fence fence,
            TaskRecord attempt,
            String input,
            @Nullable String output,
            @Nullable String error,
            String consumed)
            implements Guarded {
        /** Of two states of one attempt, the later one is written in a later call. */
        List<Object> row() {
            Effect.TaskStart start = attempt.start();
            return List.of(fence.execution(), start.task().name(), start.idx());
        }

        long bytes() {
            return GroupCommit.bytes(input)
                    + GroupCommit.bytes(output)
                    + GroupCommit.bytes(error)
                    + GroupCommit.bytes(consumed);
        }
    }

    private record CutOff(Fence fence, UUID result, String consumed) implements Guarded {}

    private record Park(Fence fence, long revision, Effect.Park park) implements Guarded {}

    private record Finish(
            Fence fence,
            long revision,
            Effect.Finish finish,
            @Nullable String message) implements Guarded {}

    PostgresGenerationStore(
            ConnectionPools pools, Json json, GenerationLoader loader, MeterRegistry registry, CallSpans spans) {
        this.pools = pools;
        this.json = json;
        this.loader = loader;
        GroupCommit commits = new GroupCommit(registry, spans);
        this.loads = commits.lane("load", shape(fence -> fence, fence -> 0, fence -> fence), loader::load);
        this.begins = commits.lane(
                "begin", guarded(begin -> GroupCommit.bytes(begin.plan()), Guarded::fence), this::beginAll);
        this.records = commits.lane("record", guarded(Result::bytes, Result::row), this::recordAll);
        this.cutOffs = commits.lane(
                "cut_off", guarded(cutOff -> GroupCommit.bytes(cutOff.consumed()), CutOff::result), this::cutOffAll);
        this.parks = commits.lane("park", guarded(park -> 0, Guarded::fence), this::parkAll);
        this.finishes = commits.lane("finish", guarded(finish -> 0, Guarded::fence), this::finishAll);
    }

    private static <R extends Guarded> GroupCommit.Shape<R> guarded(
            ToLongFunction<R> bytes, Function<R, Object> exclusive) {
        return shape(Guarded::fence, bytes, exclusive);
    }

    /** @param exclusive what a call touches once at most: a request may still wait when it is made again */
    private static <R> GroupCommit.Shape<R> shape(
            Function<R, Fence> fence, ToLongFunction<R> bytes, Function<R, Object> exclusive) {
        return new GroupCommit.Shape<>(
                Comparator.comparing(request -> fence.apply(request).execution().value()), bytes, exclusive);
    }

    @Override
    public Uni<Optional<Instant>> beat(NodeId node) {
        return one("select beat($1)", Tuple.of(node.value()), row -> row.getOffsetDateTime(0))
                .map(time -> time.map(OffsetDateTime::toInstant));
    }

    @Override
    public Uni<Integer> rescueOrphans(Duration deadAfter) {
        return one(
                        "select rescue_orphans($1 * interval '1 millisecond', $2)",
                        Tuple.of(deadAfter.toMillis(), RESCUED_AT_ONCE),
                        row -> row.getInteger(0))
                .map(Optional::orElseThrow);
    }

    @Override
    public Uni<Boolean> promoteQueued() {
        return one("select promote_queued()", Tuple.tuple(), row -> row.getBoolean(0))
                .map(Optional::orElseThrow);
    }

    private <T> Uni<Optional<T>> one(String sql, Tuple arguments, Function<Row, @Nullable T> value) {
        return pools.agents()
                .preparedQuery(sql)
                .execute(arguments)
                .map(rows -> Optional.ofNullable(value.apply(rows.iterator().next())));
    }

    @Override
    public Uni<List<Fence>> claim(NodeId node, int limit) {
        return all(
                "select execution, generation, lease from claim($1, $2)",
                Tuple.of(node.value(), limit),
                row -> fence(row, node));
    }

    @Override
    public Uni<List<Holding>> owned(NodeId node) {
        return all(
                "select id, generation, lease, revision, cancel_requested from flow_execution where owner = $1",
                Tuple.of(node.value()),
                row -> new Holding(fence(row, node), row.getLong(3), row.getBoolean(4)));
    }

    private <T> Uni<List<T>> all(String sql, Tuple arguments, Function<Row, T> value) {
        return pools.agents().preparedQuery(sql).execute(arguments).map(rows -> {
            List<T> all = new ArrayList<>();
            rows.forEach(row -> all.add(value.apply(row)));
            return all;
        });
    }

    private static Fence fence(Row row, NodeId node) {
        return new Fence(new FlowExecutionId(row.getUUID(0)), row.getInteger(1), row.getLong(2), node);
    }

    @Override
    public Uni<Void> release(Collection<Fence> fences) {
        return pools.agents()
                .preparedQuery("select release($1, $2, $3)")
                .execute(columns(List.copyOf(fences), fence -> fence).arguments())
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> releaseAll(NodeId node) {
        return pools.agents()
                .preparedQuery("select release_all($1)")
                .execute(Tuple.of(node.value()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<GenerationFacts>> load(Fence fence) {
        return loads.submit(fence);
    }

    @Override
    public Uni<Optional<Arrivals>> arrivals(Fence fence) {
        return loader.arrivals(fence);
    }

    @Override
    public Uni<Map<UUID, JsonNode>> outputs(Collection<Attempt> results) {
        UUID[] ids = results.stream().map(Attempt::id).toArray(UUID[]::new);
        Integer[] revisions = results.stream().map(Attempt::editRevision).toArray(Integer[]::new);
        return pools.engine()
                .preparedQuery(
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
    public Uni<Boolean> begin(Fence fence, long revision, Plan plan) {
        return begins.submit(new Begin(fence, revision, json.plan(plan), plan.count(Action.REUSE)));
    }

    private Uni<List<Boolean>> beginAll(List<Begin> begun) {
        return held(
                "select ord, held from begin_generations($1, $2, $3, $4, $5, $6, $7)",
                generations(begun).longs(Begin::revision).texts(Begin::plan).ints(Begin::reused));
    }

    @Override
    public Uni<Recorded> record(Fence fence, TaskRecord attempt) {
        return records.submit(new Result(
                fence,
                attempt,
                json.write(attempt.start().parameters()),
                json.writeNullable(attempt.output()),
                json.error(attempt.error()),
                json.consumed(attempt.start().consumed())));
    }

    private Uni<List<Recorded>> recordAll(List<Result> results) {
        Columns<Result> columns = generations(results)
                .ints(result -> result.attempt().version())
                .texts(result -> result.attempt().start().task().name().value())
                .ints(result -> result.attempt().start().idx())
                .texts(result -> result.attempt().status().code())
                .texts(Result::input)
                .texts(Result::output)
                .texts(Result::error)
                .texts(Result::consumed)
                .texts(result -> result.attempt().start().fingerprint())
                .times(result -> Rows.time(result.attempt().startedAt()))
                .times(result -> Rows.time(result.attempt().wakeAt()))
                .booleans(result -> !result.attempt().start().task().interruptible())
                .texts(result -> signalDigest(result.attempt().start()))
                .booleans(result -> result.attempt().goesOn());
        return answers(
                "select ord, answer from record_tasks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                        + " $16, $17, $18)",
                columns.arguments(),
                row -> Recorded.valueOf(row.getString(1).toUpperCase(Locale.ROOT)));
    }

    /** What the attempt was made from, if that was sent to the task. */
    private static @Nullable String signalDigest(Effect.TaskStart start) {
        JsonNode signal = start.signal();
        return signal == null
                ? null
                : HexFormat.of().formatHex(new WebhookData(start.task().name(), signal).digest());
    }

    @Override
    public Uni<Boolean> cutOff(Fence fence, UUID result, Map<TaskName, Consumed> consumed) {
        return cutOffs.submit(new CutOff(fence, result, json.consumed(consumed)));
    }

    private Uni<List<Boolean>> cutOffAll(List<CutOff> kept) {
        return held(
                "select ord, held from cut_off_results($1, $2, $3, $4, $5, $6)",
                generations(kept).uuids(CutOff::result).texts(CutOff::consumed));
    }

    @Override
    public Uni<Boolean> park(Fence fence, long revision, Effect.Park park) {
        return parks.submit(new Park(fence, revision, park));
    }

    private Uni<List<Boolean>> parkAll(List<Park> parked) {
        return held(
                "select ord, held from park_generations($1, $2, $3, $4, $5, $6)",
                columns(parked, Park::fence)
                        .longs(Park::revision)
                        .times(park -> Rows.time(park.park().until()))
                        .booleans(park -> park.park().forSignal()));
    }

    @Override
    public Uni<Boolean> finish(Fence fence, long revision, Effect.Finish finish, @Nullable String message) {
        return finishes.submit(new Finish(fence, revision, finish, message));
    }

    private Uni<List<Boolean>> finishAll(List<Finish> finished) {
        return held(
                "select ord, held from finish_generations($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                columns(finished, Finish::fence)
                        .longs(Finish::revision)
                        .ints(finish -> finish.fence().generation())
                        .texts(finish -> finish.finish().reason().code())
                        .texts(Finish::message)
                        .texts(finish -> finish.finish().status().code())
                        .ints(finish -> finish.finish().counts().run())
                        .ints(finish -> finish.finish().counts().reused())
                        .ints(finish -> finish.finish().counts().cutOff())
                        .ints(finish -> finish.finish().counts().failed()));
    }

    private static <R extends Guarded> Columns<R> generations(List<R> requests) {
        return columns(requests, Guarded::fence).ints(request -> request.fence().generation());
    }

    private static <R> Columns<R> columns(List<R> requests, Function<R, Fence> fence) {
        return new Columns<>(requests)
                .uuids(request -> fence.apply(request).execution().value())
                .longs(request -> fence.apply(request).lease())
                .uuids(request -> fence.apply(request).owner().value());
    }

    private Uni<List<Boolean>> held(String sql, Columns<?> columns) {
        return answers(sql, columns.arguments(), row -> row.getBoolean(1));
    }

    /** Each row says in its first column, from 1, which request it answers. */
    private <A> Uni<List<A>> answers(String sql, Tuple arguments, Function<Row, A> answer) {
        return pools.engine().preparedQuery(sql).execute(arguments).map(rows -> inOrder(rows, answer));
    }

    private static <A> List<A> inOrder(RowSet<Row> rows, Function<Row, A> answer) {
        Map<Integer, A> answers = new TreeMap<>();
        rows.forEach(row -> answers.put(row.getInteger(0), answer.apply(row)));
        return List.copyOf(answers.values());
    }
}
