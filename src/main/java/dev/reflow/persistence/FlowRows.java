package dev.reflow.persistence;

import dev.reflow.flow.Flow;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowVersion;
import dev.reflow.flow.VersionSummary;
import dev.reflow.flow.Visibility;
import dev.reflow.organization.OrganizationId;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Rows of flows and their versions as records. */
@ApplicationScoped
class FlowRows {
    static final String FLOW = "f.id, f.organization_id, f.display_name, f.description, f.status, f.visibility,"
            + " f.settings::text as settings, f.tags, f.latest_version, f.executions_count, f.creator, f.created_by,"
            + " f.modified_by, f.created_at, f.updated_at";

    static final String VERSION = "v.flow_id, v.version, v.definition::text as definition,"
            + " v.created_by as version_created_by, v.created_at as version_created_at";

    static final String SUMMARY = "v.version, v.version = f.latest_version as is_latest, v.name, v.is_favourite,"
            + " v.modified_by, v.created_at, v.updated_at";

    private final Json json;
    private final Definitions definitions;

    FlowRows(Json json, Definitions definitions) {
        this.json = json;
        this.definitions = definitions;
    }

    FlowAtVersion flowAtVersion(Row row) {
        return new FlowAtVersion(flow(row), version(row));
    }

    FlowVersion version(Row row) {
        FlowId flow = new FlowId(row.getUUID("flow_id"));
        int version = row.getInteger("version");
        return new FlowVersion(
                flow,
                version,
                definitions.parse(flow, version, row.getString("definition")),
                row.getString("version_created_by"),
                row.getOffsetDateTime("version_created_at").toInstant());
    }

    static VersionSummary summary(Row row) {
        return new VersionSummary(
                row.getInteger("version"),
                row.getBoolean("is_latest"),
                row.getString("name"),
                row.getBoolean("is_favourite"),
                row.getString("modified_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    Flow flow(Row row) {
        return new Flow(
                new FlowId(row.getUUID("id")),
                new OrganizationId(row.getUUID("organization_id")),
                row.getString("display_name"),
                row.getString("description"),
                row.getString("status"),
                Visibility.of(row.getString("visibility")),
                json.readNullable(row.getString("settings")),
                List.of(row.getArrayOfStrings("tags")),
                row.getInteger("latest_version"),
                row.getInteger("executions_count"),
                row.getString("creator"),
                row.getString("created_by"),
                row.getString("modified_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    Flow flow(FlowEntity entity) {
        return new Flow(
                new FlowId(entity.id),
                new OrganizationId(entity.organizationId),
                entity.displayName,
                entity.description,
                entity.status,
                Visibility.of(entity.visibility),
                json.readNullable(entity.settings),
                List.of(entity.tags),
                entity.latestVersion,
                entity.executionsCount,
                entity.creator,
                entity.createdBy,
                entity.modifiedBy,
                entity.createdAt,
                entity.updatedAt);
    }

    FlowVersion version(FlowVersionEntity entity) {
        FlowId flow = new FlowId(entity.flowId);
        return new FlowVersion(
                flow,
                entity.version,
                definitions.parse(flow, entity.version, entity.definition),
                entity.createdBy,
                entity.createdAt);
    }
}
