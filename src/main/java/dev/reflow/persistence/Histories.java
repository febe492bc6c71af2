package dev.reflow.persistence;

import dev.reflow.execution.Attempt;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.History;
import dev.reflow.flow.TaskName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
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

    Uni<History> load(FlowExecutionId execution, int floor) {
        return load(pool, execution, floor);
    }

    /** @param client a connection inside a transaction, or the pool */
    Uni<History> load(SqlClient client, FlowExecutionId execution, int floor) {
        Uni<List<Attempt>> attempts = client.preparedQuery("select " + Rows.ATTEMPT
                        + " from task_execution t where t.flow_execution_id = $1 and t.generation >= $2")
                .execute(Tuple.of(execution.value(), floor))
                .map(found -> {
                    List<Attempt> list = new ArrayList<>();
                    found.forEach(row -> list.add(rows.attempt(row)));
                    return list;
                });
        return attempts.flatMap(list -> highestIdx(client, execution, floor).map(idx -> new History(list, idx)));
    }

    /** Attempts at or above the floor count for themselves; below it only their numbers are of interest. */
    private Uni<Map<TaskName, Integer>> highestIdx(SqlClient client, FlowExecutionId execution, int floor) {
        if (floor == 1) {
            return Uni.createFrom().item(Map.of());
        }
        return client.preparedQuery("select task_name, max(task_execution_idx) from task_execution"
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
