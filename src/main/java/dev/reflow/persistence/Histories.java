package dev.reflow.persistence;

import dev.reflow.execution.Attempt;
import dev.reflow.execution.History;
import dev.reflow.flow.TaskName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Loads what engines need to know of the attempts of executions, of many with the same queries. */
@ApplicationScoped
class Histories {
    private final ConnectionPools pools;
    private final Rows rows;

    Histories(ConnectionPools pools, Rows rows) {
        this.pools = pools;
        this.rows = rows;
    }

    /** An execution with an active generation. */
    record Wanted(UUID execution, int floor, int generation) {}

    /**
     * What an active generation goes on with.
     *
     * @param history in which edits of this generation's time have not happened
     * @param edits the attempts that were edited meanwhile, or are marked, as they are now
     */
    record OfGeneration(History history, List<Attempt> edits) {}

    Uni<Map<UUID, OfGeneration>> load(Collection<Wanted> wanted) {
        return pools.engine()
                .preparedQuery("select " + Rows.ATTEMPT + " from unnest($1::uuid[], $2::int[]) as r (execution, floor)"
                        + " join task_execution t on t.flow_execution_id = r.execution and t.generation >= r.floor")
                .execute(Tuple.of(executions(wanted), floors(wanted)))
                .flatMap(found -> highestIdx(wanted).map(highest -> histories(wanted, byExecution(found), highest)));
    }

    private Map<UUID, OfGeneration> histories(
            Collection<Wanted> wanted, Map<UUID, List<Row>> found, Map<UUID, Map<TaskName, Integer>> highest) {
        Map<UUID, OfGeneration> histories = new HashMap<>();
        wanted.forEach(one -> histories.put(
                one.execution(),
                ofGeneration(
                        found.getOrDefault(one.execution(), List.of()),
                        highest.getOrDefault(one.execution(), Map.of()),
                        one.generation())));
        return histories;
    }

    private OfGeneration ofGeneration(List<Row> found, Map<TaskName, Integer> highestIdx, int generation) {
        List<Attempt> attempts = new ArrayList<>();
        List<Attempt> edits = new ArrayList<>();
        for (Row row : found) {
            Attempt attempt = rows.attempt(row);
            attempts.add(rows.awaitedAttempt(row, rows.uneditedAttempt(row, attempt, generation)));
            if (attempt.editedIn() == generation || attempt.markedStale()) {
                edits.add(attempt);
            }
        }
        return new OfGeneration(new History(attempts, highestIdx), edits);
    }

    /** Attempts at or above the floor count for themselves; below it only their numbers are of interest. */
    private Uni<Map<UUID, Map<TaskName, Integer>>> highestIdx(Collection<Wanted> all) {
        List<Wanted> wanted = all.stream().filter(one -> one.floor() > 1).toList();
        if (wanted.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return pools.engine()
                .preparedQuery("select t.flow_execution_id, t.task_name, max(t.task_execution_idx)"
                        + " from unnest($1::uuid[], $2::int[]) as r (execution, floor)"
                        + " join task_execution t on t.flow_execution_id = r.execution and t.generation < r.floor"
                        + " group by t.flow_execution_id, t.task_name")
                .execute(Tuple.of(executions(wanted), floors(wanted)))
                .map(found -> {
                    Map<UUID, Map<TaskName, Integer>> highest = new HashMap<>();
                    for (Row row : found) {
                        highest.computeIfAbsent(row.getUUID(0), id -> new HashMap<>())
                                .put(new TaskName(row.getString(1)), row.getInteger(2));
                    }
                    return highest;
                });
    }

    private static Map<UUID, List<Row>> byExecution(RowSet<Row> found) {
        Map<UUID, List<Row>> byExecution = new HashMap<>();
        for (Row row : found) {
            byExecution
                    .computeIfAbsent(row.getUUID("flow_execution_id"), id -> new ArrayList<>())
                    .add(row);
        }
        return byExecution;
    }

    private static UUID[] executions(Collection<Wanted> wanted) {
        return wanted.stream().map(Wanted::execution).toArray(UUID[]::new);
    }

    private static Integer[] floors(Collection<Wanted> wanted) {
        return wanted.stream().map(Wanted::floor).toArray(Integer[]::new);
    }
}
