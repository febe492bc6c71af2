package dev.reflow.persistence;

import dev.reflow.execution.Attempt;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.History;
import dev.reflow.flow.TaskName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Loads what the decisions need to know of an execution's attempts. */
@ApplicationScoped
class Histories {
    private final Pool pool;
    private final Rows rows;

    Histories(Pool pool, Rows rows) {
        this.pool = pool;
        this.rows = rows;
    }

    /**
     * What an active generation goes on with.
     *
     * @param history in which edits of this generation's time have not happened
     * @param edits the attempts that were edited meanwhile, or are marked, as they are now
     */
    record OfGeneration(History history, List<Attempt> edits) {}

    Uni<OfGeneration> load(FlowExecutionId execution, int floor, int generation) {
        return pool.preparedQuery("select " + Rows.ATTEMPT
                        + " from task_execution t where t.flow_execution_id = $1 and t.generation >= $2")
                .execute(Tuple.of(execution.value(), floor))
                .flatMap(found -> highestIdx(execution, floor).map(idx -> ofGeneration(found, idx, generation)));
    }

    private OfGeneration ofGeneration(RowSet<Row> found, Map<TaskName, Integer> highestIdx, int generation) {
        List<Attempt> attempts = new ArrayList<>();
        List<Attempt> edits = new ArrayList<>();
        for (Row row : found) {
            Attempt attempt = rows.attempt(row);
            attempts.add(rows.uneditedAttempt(row, attempt, generation));
            if (attempt.editedIn() == generation || attempt.markedStale()) {
                edits.add(attempt);
            }
        }
        return new OfGeneration(new History(attempts, highestIdx), edits);
    }

    /** Attempts at or above the floor count for themselves; below it only their numbers are of interest. */
    private Uni<Map<TaskName, Integer>> highestIdx(FlowExecutionId execution, int floor) {
        if (floor == 1) {
            return Uni.createFrom().item(Map.of());
        }
        return pool.preparedQuery("select task_name, max(task_execution_idx) from task_execution"
                        + " where flow_execution_id = $1 and generation < $2 group by task_name")
                .execute(Tuple.of(execution.value(), floor))
                .map(found -> {
                    Map<TaskName, Integer> highest = new HashMap<>();
                    for (Row row : found) {
                        highest.put(new TaskName(row.getString(0)), row.getInteger(1));
                    }
                    return highest;
                });
    }
}
