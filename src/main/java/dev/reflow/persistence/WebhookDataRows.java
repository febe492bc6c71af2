package dev.reflow.persistence;

import dev.reflow.engine.CommandStore.ReceiptDecision;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.WebhookData;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What was sent to tasks of an execution, whose row the caller has locked. */
@ApplicationScoped
class WebhookDataRows {
    private final Json json;
    private final Definitions definitions;

    WebhookDataRows(Json json, Definitions definitions) {
        this.json = json;
        this.definitions = definitions;
    }

    Uni<WebhookData.Receipt> receive(
            SqlClient client, Caller caller, FlowExecutionId execution, WebhookData data, ReceiptDecision decision) {
        return facts(client, execution, data)
                .map(decision::decide)
                .flatMap(first -> first.map(id -> Uni.createFrom().item(new WebhookData.Receipt(id, true)))
                        .orElseGet(() -> write(client, caller, execution, data)));
    }

    private Uni<WebhookData.Facts> facts(SqlClient client, FlowExecutionId execution, WebhookData data) {
        return client.preparedQuery("select e.flow_id, e.flow_version, e.active,"
                        + " exists (select from task_execution t where t.flow_execution_id = e.id and t.task_name = $2"
                        + "   and t.generation >= e.floor and (t.processing_status = 'completed'"
                        + "   or t.processing_status = 'failed' and t.generation = e.generation and t.wake_at is null))"
                        + " and not exists (select from task_execution t where t.flow_execution_id = e.id"
                        + "   and t.task_name = $2 and t.generation = e.generation"
                        + "   and t.processing_status = 'awaiting_input') as settled,"
                        + " (select w.id from webhook_data w where w.flow_execution_id = e.id and w.task_name = $2"
                        + "   and w.generation >= e.floor and w.digest = $3 order by w.delivery limit 1) as first"
                        + " from flow_execution e where e.id = $1")
                .execute(Tuple.of(execution.value(), data.task().value(), digest(data)))
                .flatMap(found -> facts(client, found.iterator().next()));
    }

    private Uni<WebhookData.Facts> facts(SqlClient client, Row row) {
        int version = row.getInteger("flow_version");
        return definitions
                .load(client, new FlowId(row.getUUID("flow_id")), Set.of(version))
                .map(loaded -> new WebhookData.Facts(
                        Objects.requireNonNull(loaded.get(version)),
                        row.getBoolean("active"),
                        row.getBoolean("settled"),
                        Optional.ofNullable(row.getUUID("first"))));
    }

    private Uni<WebhookData.Receipt> write(
            SqlClient client, Caller caller, FlowExecutionId execution, WebhookData data) {
        return client.preparedQuery("select receive_webhook_data($1, $2, $3, $4, $5)")
                .execute(Tuple.of(
                        execution.value(), data.task().value(), json.write(data.data()), digest(data), caller.name()))
                .map(found -> new WebhookData.Receipt(found.iterator().next().getUUID(0), false));
    }

    private static Object digest(WebhookData data) {
        return Buffer.buffer(data.digest()).getDelegate();
    }
}
