package dev.reflow.persistence;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.TaskTag;
import dev.reflow.execution.TaskTagStore;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.Permission;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tags of tasks. */
@ApplicationScoped
class PostgresTaskTagStore implements TaskTagStore {
    private final Sessions sessions;
    private final Json json;

    PostgresTaskTagStore(Sessions sessions, Json json) {
        this.sessions = sessions;
        this.json = json;
    }

    @Override
    public Uni<List<TaskTag.Outcome>> change(Caller caller, List<TaskTag.Change> changes) {
        Tuple arguments = new Columns<>(changes)
                .texts(change -> change.operation().name().toLowerCase(Locale.ROOT))
                .uuids(change -> change.identity().execution().value())
                .texts(change -> change.identity().task().value())
                .texts(change -> change.identity().tag())
                .texts(change -> change.identity().type())
                .texts(change -> json.writeNullable(change.identity().metadata()))
                .texts(change -> HexFormat.of().formatHex(change.identity().metadataDigest()))
                .arguments()
                .addUUID(caller.organization().value())
                .addString(caller.name())
                .addString(caller.subject())
                .addBoolean(caller.may(Permission.READ_PRIVATE));
        return sessions.change(
                caller,
                client -> client.preparedQuery(
                                "select ord, outcome from patch_task_tags($8, $9, $10, $11, $1, $2, $3, $4, $5, $6, $7)"
                                        + " order by ord")
                        .execute(arguments)
                        .map(PostgresTaskTagStore::outcomes),
                outcomes -> changed(changes, outcomes));
    }

    private static List<TaskTag.Outcome> outcomes(RowSet<Row> found) {
        List<TaskTag.Outcome> outcomes = new ArrayList<>();
        found.forEach(row -> outcomes.add(outcome(row)));
        return outcomes;
    }

    private static Set<UUID> changed(List<TaskTag.Change> changes, List<TaskTag.Outcome> outcomes) {
        return IntStream.range(0, changes.size())
                .filter(i -> outcomes.get(i) == TaskTag.Outcome.ADDED || outcomes.get(i) == TaskTag.Outcome.REMOVED)
                .mapToObj(i -> changes.get(i).identity().execution().value())
                .collect(Collectors.toSet());
    }

    private static TaskTag.Outcome outcome(Row row) {
        String outcome = row.getString("outcome");
        return switch (outcome) {
            case "absent" -> throw ReflowException.notFound("Flow execution");
            case "forbidden" -> throw new ReflowException(ErrorCode.FORBIDDEN, "The flow is private");
            default -> TaskTag.Outcome.valueOf(outcome.toUpperCase(Locale.ROOT));
        };
    }

    @Override
    public Uni<List<TaskTag>> find(
            OrganizationId organization, Collection<FlowExecutionId> executions, @Nullable TaskName task) {
        if (executions.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return sessions.query(
                        organization,
                        "select id, organization_id, flow_execution_id, task_name, tag, tag_type,"
                                + " tag_metadata::text as tag_metadata, created_at, updated_at, modified_by from task_tag"
                                + " where organization_id = $1 and flow_execution_id = any ($2)"
                                + " and ($3::text is null or task_name = $3) and deleted_at is null order by number",
                        Tuple.of(
                                organization.value(),
                                executions.stream().map(FlowExecutionId::value).toArray(UUID[]::new),
                                task == null ? null : task.value()))
                .map(found -> {
                    List<TaskTag> tags = new ArrayList<>();
                    found.forEach(row -> tags.add(tag(row)));
                    return tags;
                });
    }

    private TaskTag tag(Row row) {
        return new TaskTag(
                row.getUUID("id"),
                new OrganizationId(row.getUUID("organization_id")),
                new TaskTag.Identity(
                        new FlowExecutionId(row.getUUID("flow_execution_id")),
                        new TaskName(row.getString("task_name")),
                        row.getString("tag"),
                        row.getString("tag_type"),
                        json.readNullable(row.getString("tag_metadata"))),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant(),
                row.getString("modified_by"));
    }
}
