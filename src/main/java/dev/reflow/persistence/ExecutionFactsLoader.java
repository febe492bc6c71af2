package dev.reflow.persistence;

import dev.reflow.execution.Attempt;
import dev.reflow.execution.EndReason;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.FlowExecution;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.History;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Loads the facts of executions, as many as there are with the same few queries. */
@ApplicationScoped
class ExecutionFactsLoader {
    private final Json json;
    private final Rows rows;
    private final FlowExecutionRows executionRows;
    private final Definitions definitions;

    ExecutionFactsLoader(Json json, Rows rows, FlowExecutionRows executionRows, Definitions definitions) {
        this.json = json;
        this.rows = rows;
        this.executionRows = executionRows;
        this.definitions = definitions;
    }

    /** @param client a connection inside a transaction */
    Uni<Map<FlowExecutionId, ExecutionFacts>> load(
            SqlClient client, OrganizationId organization, Collection<FlowExecutionId> executions) {
        UUID[] ids = executions.stream().map(FlowExecutionId::value).toArray(UUID[]::new);
        // The executions before their attempts: what changes in between has a revision that nobody has seen yet.
        return client.preparedQuery("select " + FlowExecutionRows.COLUMNS
                        + ", f.latest_version, g.plan::text as plan, g.end_reason from flow_execution e"
                        + " join flow f on f.id = e.flow_id"
                        + " join generation g on g.flow_execution_id = e.id and g.generation = e.generation"
                        + " where e.id = any ($1) and e.organization_id = $2")
                .execute(Tuple.of(ids, organization.value()))
                .flatMap(found -> attempts(client, organization, ids)
                        .flatMap(attempts -> Multi.createFrom()
                                .iterable(found)
                                .onItem()
                                .transformToUniAndConcatenate(row -> facts(client, row, attempts))
                                .collect()
                                .asMap(facts -> facts.execution().id())));
    }

    private Uni<Map<UUID, List<Attempt>>> attempts(SqlClient client, OrganizationId organization, UUID[] executions) {
        return client.preparedQuery("select " + Rows.ATTEMPT + " from task_execution t"
                        + " join flow_execution e on e.id = t.flow_execution_id"
                        + " where e.id = any ($1) and e.organization_id = $2 and t.generation >= e.floor")
                .execute(Tuple.of(executions, organization.value()))
                .map(found -> {
                    Map<UUID, List<Attempt>> attempts = new HashMap<>();
                    for (Row row : found) {
                        attempts.computeIfAbsent(row.getUUID("flow_execution_id"), id -> new ArrayList<>())
                                .add(rows.attempt(row));
                    }
                    return attempts;
                });
    }

    private Uni<ExecutionFacts> facts(SqlClient client, Row row, Map<UUID, List<Attempt>> attempts) {
        FlowExecution execution = executionRows.flowExecution(row);
        History history = new History(attempts.getOrDefault(execution.id().value(), List.of()), Map.of());
        Set<Integer> versions = new HashSet<>(Set.of(execution.flowVersion()));
        int latest = row.getInteger("latest_version");
        String endReason = row.getString("end_reason");
        versions.add(latest);
        history.currentResults().forEach(result -> versions.add(result.flowVersion()));
        return definitions
                .load(client, execution.flow(), versions)
                .map(loaded -> new ExecutionFacts(
                        execution,
                        latest,
                        loaded,
                        history,
                        json.plan(row.getString("plan")),
                        endReason == null ? null : EndReason.of(endReason)));
    }
}
