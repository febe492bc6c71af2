package dev.reflow.persistence;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationFacts;
import dev.reflow.engine.GenerationStore;
import dev.reflow.execution.Mode;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Loads what an engine has to know of the generations that it works on, of many with the same few queries. */
@ApplicationScoped
class GenerationLoader {
    private static final String HELD = " from unnest($1::uuid[], $2::bigint[], $3::uuid[]) with ordinality"
            + " as r (execution, lease, owner, ord)"
            + " join flow_execution e on e.id = r.execution and e.lease = r.lease and e.owner = r.owner and e.active";

    private final ConnectionPools pools;
    private final Json json;
    private final Rows rows;
    private final Histories histories;
    private final Definitions definitions;

    GenerationLoader(ConnectionPools pools, Json json, Rows rows, Histories histories, Definitions definitions) {
        this.pools = pools;
        this.json = json;
        this.rows = rows;
        this.histories = histories;
        this.definitions = definitions;
    }

    /** In the order of the fences; empty where the work is in other hands. */
    Uni<List<Optional<GenerationFacts>>> load(List<Fence> fences) {
        // The executions before their attempts: what changes in between has a revision that nobody has seen yet.
        return pools.engine()
                .preparedQuery("select r.ord, e.id, e.flow_id, e.flow_version, e.input::text as input,"
                        + " e.input_task_name, e.floor, e.generation, e.revision, e.cancel_requested, g.mode,"
                        + " g.flow_version_from, g.plan::text as plan, e.organization_id, g.request_id, g.trace_parent"
                        + HELD
                        + " join generation g on g.flow_execution_id = e.id and g.generation = e.generation")
                .execute(held(fences))
                .flatMap(found -> {
                    List<Row> executions = new ArrayList<>();
                    found.forEach(executions::add);
                    return loadAll(executions).map(facts -> inOrder(fences.size(), executions, facts));
                });
    }

    private static List<Optional<GenerationFacts>> inOrder(
            int size, List<Row> executions, Map<UUID, GenerationFacts> facts) {
        List<Optional<GenerationFacts>> ordered = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            ordered.add(Optional.empty());
        }
        executions.forEach(
                row -> ordered.set((int) (row.getLong("ord") - 1), Optional.ofNullable(facts.get(row.getUUID("id")))));
        return ordered;
    }

    private Uni<Map<UUID, GenerationFacts>> loadAll(List<Row> executions) {
        if (executions.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        List<Histories.Wanted> wanted = executions.stream()
                .map(row ->
                        new Histories.Wanted(row.getUUID("id"), row.getInteger("floor"), row.getInteger("generation")))
                .toList();
        return Uni.combine()
                .all()
                .unis(histories.load(wanted), signals(wanted))
                .asTuple()
                .flatMap(loaded -> Multi.createFrom()
                        .iterable(executions)
                        .onItem()
                        .transformToUniAndConcatenate(row -> facts(
                                        row,
                                        Objects.requireNonNull(loaded.getItem1().get(row.getUUID("id"))),
                                        loaded.getItem2().getOrDefault(row.getUUID("id"), Map.of()))
                                .map(facts -> Map.entry(row.getUUID("id"), facts)))
                        .collect()
                        .asMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Uni<GenerationFacts> facts(Row row, Histories.OfGeneration attempts, Map<TaskName, JsonNode> signals) {
        int from = row.getInteger("flow_version_from");
        int version = row.getInteger("flow_version");
        Set<Integer> versions = new HashSet<>(Set.of(version));
        versions.add(from);
        attempts.history().currentResults().forEach(result -> versions.add(result.flowVersion()));
        return definitions
                .load(pools.engine(), new FlowId(row.getUUID("flow_id")), versions)
                .map(loaded -> new GenerationFacts(
                        json.read(row.getString("input")),
                        new TaskName(row.getString("input_task_name")),
                        Mode.of(row.getString("mode")),
                        from,
                        version,
                        loaded,
                        attempts.history(),
                        attempts.edits(),
                        signals,
                        json.plan(row.getString("plan")),
                        row.getLong("revision"),
                        row.getBoolean("cancel_requested"),
                        new GenerationFacts.Asked(
                                new OrganizationId(row.getUUID("organization_id")),
                                row.getString("request_id"),
                                row.getString("trace_parent"))));
    }

    private Uni<Map<UUID, Map<TaskName, JsonNode>>> signals(Collection<Histories.Wanted> wanted) {
        return pools.engine()
                .preparedQuery("select distinct on (w.flow_execution_id, w.task_name) w.flow_execution_id,"
                        + " w.task_name, w.data::text from unnest($1::uuid[], $2::int[]) as r (execution, floor)"
                        + " join webhook_data w on w.flow_execution_id = r.execution and w.generation >= r.floor"
                        + " order by w.flow_execution_id, w.task_name, w.delivery desc")
                .execute(Tuple.of(
                        wanted.stream().map(Histories.Wanted::execution).toArray(UUID[]::new),
                        wanted.stream().map(Histories.Wanted::floor).toArray(Integer[]::new)))
                .map(found -> {
                    Map<UUID, Map<TaskName, JsonNode>> signals = new HashMap<>();
                    for (Row row : found) {
                        signals.computeIfAbsent(row.getUUID(0), id -> new HashMap<>())
                                .put(new TaskName(row.getString(1)), json.read(row.getString(2)));
                    }
                    return signals;
                });
    }

    /** Empty when the work is in other hands. */
    Uni<Optional<GenerationStore.Arrivals>> arrivals(Fence fence) {
        return pools.engine()
                .preparedQuery("select e.id, e.floor, e.generation" + HELD)
                .execute(held(List.of(fence)))
                .flatMap(found -> {
                    if (found.size() == 0) {
                        return Uni.createFrom().item(Optional.empty());
                    }
                    Row row = found.iterator().next();
                    UUID execution = row.getUUID(0);
                    Histories.Wanted wanted = new Histories.Wanted(execution, row.getInteger(1), row.getInteger(2));
                    return Uni.combine()
                            .all()
                            .unis(signals(List.of(wanted)), reports(wanted))
                            .with((signals, reports) -> Optional.of(
                                    new GenerationStore.Arrivals(signals.getOrDefault(execution, Map.of()), reports)));
                });
    }

    private Uni<List<GenerationStore.Report>> reports(Histories.Wanted wanted) {
        return pools.engine()
                .preparedQuery("select " + Rows.ATTEMPT + ", t.output::text as output from task_execution t"
                        + " where t.flow_execution_id = $1 and t.generation = $2 and t.reported_by is not null"
                        + " and t.processing_status in ('completed', 'failed')")
                .execute(Tuple.of(wanted.execution(), wanted.generation()))
                .map(found -> {
                    List<GenerationStore.Report> reports = new ArrayList<>();
                    found.forEach(row -> reports.add(
                            new GenerationStore.Report(rows.attempt(row), json.readNullable(row.getString("output")))));
                    return reports;
                });
    }

    private static Tuple held(List<Fence> fences) {
        return new Columns<>(fences)
                .uuids(fence -> fence.execution().value())
                .longs(Fence::lease)
                .uuids(fence -> fence.owner().value())
                .arguments();
    }
}
