package dev.reflow.persistence;

import dev.reflow.flow.Definition;
import dev.reflow.flow.Flow;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowChange;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowQuery;
import dev.reflow.flow.FlowStore;
import dev.reflow.flow.FlowVersion;
import dev.reflow.flow.Visibility;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.quarkus.panache.common.Parameters;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Flows, and versions as they are added. */
@ApplicationScoped
class PostgresFlowStore implements FlowStore {
    private static final String PRESENT = "id = :id and organizationId = :organization and deletedAt is null";

    private final Sessions sessions;
    private final Json json;
    private final FlowRows rows;

    PostgresFlowStore(Sessions sessions, Json json, FlowRows rows) {
        this.sessions = sessions;
        this.json = json;
        this.rows = rows;
    }

    @Override
    public Uni<FlowAtVersion> create(Caller caller, Flow flow, Definition definition) {
        FlowEntity entity = new FlowEntity();
        entity.id = flow.id().value();
        entity.organizationId = flow.organization().value();
        entity.displayName = flow.displayName();
        entity.description = flow.description();
        entity.status = flow.status();
        entity.visibility = flow.visibility().code();
        entity.settings = json.writeNullable(flow.settings());
        entity.tags = flow.tags().toArray(String[]::new);
        entity.latestVersion = flow.latestVersion();
        entity.creator = flow.creator();
        entity.createdBy = flow.createdBy();
        entity.modifiedBy = flow.modifiedBy();
        entity.createdAt = flow.createdAt();
        entity.updatedAt = flow.updatedAt();
        FlowVersionEntity version = version(entity, definition);
        return sessions.changeEntities(
                caller,
                () -> entity.persist()
                        .chain(() -> version.persist())
                        .map(done -> atVersion(entity, version, definition)),
                created -> List.of(entity.id));
    }

    @Override
    public Uni<Optional<FlowAtVersion>> find(OrganizationId organization, FlowId id) {
        return sessions.ofEntities(
                organization,
                () -> FlowEntity.<FlowEntity>find(PRESENT, identity(organization, id))
                        .firstResult()
                        .flatMap(flow -> flow == null
                                ? Uni.createFrom().item(Optional.empty())
                                : latestVersion(flow).map(Optional::of)));
    }

    @Override
    public Uni<Optional<Flow>> findWithoutVersion(OrganizationId organization, FlowId id) {
        return findFlow(organization, id, " and f.deleted_at is null");
    }

    @Override
    public Uni<Optional<Flow>> findEvenDeleted(OrganizationId organization, FlowId id) {
        return findFlow(organization, id, "");
    }

    private Uni<Optional<Flow>> findFlow(OrganizationId organization, FlowId id, String condition) {
        return sessions.query(
                        organization,
                        "select " + FlowRows.FLOW + " from flow f where f.id = $1 and f.organization_id = $2"
                                + condition,
                        Tuple.of(id.value(), organization.value()))
                .map(found -> found.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.flow(found.iterator().next())));
    }

    @Override
    public Uni<Listed> list(Caller caller, FlowQuery query) {
        Where where = new Where();
        where.and("f.organization_id = " + where.argument(caller.organization().value()));
        where.and("f.deleted_at is null");
        where.visibleTo(caller);
        if (query.creator() != null) {
            where.and("f.creator = " + where.argument(query.creator()));
        }
        if (query.search() != null) {
            String pattern = where.argument(Where.containing(query.search()));
            where.and("(f.display_name ilike " + pattern + " or f.description ilike " + pattern + ")");
        }
        if (!query.tags().isEmpty()) {
            where.and("f.tags && " + where.argument(query.tags().toArray(String[]::new)));
        }
        if (query.cleanable()) {
            where.and("f.ttl_seconds is not null");
        }
        String direction = query.ascending() ? "asc" : "desc";
        return sessions.query(
                        caller.organization(),
                        "select " + FlowRows.FLOW + ", " + FlowRows.VERSION
                                + ", count(*) over () as total"
                                + " from flow f join flow_version v on v.flow_id = f.id and v.version = f.latest_version"
                                + " where " + where.sql() + " order by f." + column(query.sort()) + " " + direction
                                + ", f.id "
                                + direction + " limit " + query.pageSize() + " offset "
                                + (query.page() - 1L) * query.pageSize(),
                        where.arguments())
                .flatMap(found -> listed(caller.organization(), found, where));
    }

    /** A page behind the last one has no row that could tell the total. */
    private Uni<Listed> listed(OrganizationId organization, RowSet<Row> found, Where where) {
        List<FlowAtVersion> flows = new ArrayList<>();
        found.forEach(row -> flows.add(rows.flowAtVersion(row)));
        return flows.isEmpty()
                ? sessions.query(organization, "select count(*) from flow f where " + where.sql(), where.arguments())
                        .map(counted ->
                                new Listed(flows, counted.iterator().next().getLong(0)))
                : Uni.createFrom()
                        .item(new Listed(flows, found.iterator().next().getLong("total")));
    }

    @Override
    public Uni<Map<FlowId, Integer>> countExecutionsOfLatestVersions(
            OrganizationId organization, Collection<FlowId> flows) {
        return sessions.query(
                        organization,
                        "select f.id, count(e.id)::int from flow f left join flow_execution e"
                                + " on e.flow_id = f.id and e.flow_version = f.latest_version"
                                + " where f.id = any ($1) and f.organization_id = $2 group by f.id",
                        Tuple.of(flows.stream().map(FlowId::value).toArray(UUID[]::new), organization.value()))
                .map(found -> {
                    Map<FlowId, Integer> counts = new HashMap<>();
                    found.forEach(row -> counts.put(new FlowId(row.getUUID(0)), row.getInteger(1)));
                    return counts;
                });
    }

    private static String column(FlowQuery.Sort sort) {
        return switch (sort) {
            case CREATED_AT -> "created_at";
            case UPDATED_AT -> "updated_at";
            case DISPLAY_NAME -> "display_name";
        };
    }

    @Override
    public Uni<Optional<FlowAtVersion>> change(Caller caller, FlowId id, FlowChange change) {
        Visibility visibility = change.visibility();
        List<String> tags = change.tags();
        return sessions.change(
                        caller,
                        "update flow set display_name = coalesce($3, display_name),"
                                + " description = coalesce($4, description), status = coalesce($5, status),"
                                + " visibility = coalesce($6, visibility), settings = coalesce($7::text::json, settings),"
                                + " tags = coalesce($8, tags), modified_by = $9, updated_at = next_updated_at(updated_at)"
                                + " where id = $1 and organization_id = $2 and deleted_at is null returning id",
                        Tuple.tuple()
                                .addUUID(id.value())
                                .addUUID(caller.organization().value())
                                .addString(change.displayName())
                                .addString(change.description())
                                .addString(change.status())
                                .addString(visibility == null ? null : visibility.code())
                                .addString(json.writeNullable(change.settings()))
                                .addArrayOfString(tags == null ? null : tags.toArray(String[]::new))
                                .addString(caller.name()))
                .flatMap(changed -> find(caller.organization(), id));
    }

    @Override
    public Uni<Boolean> delete(Caller caller, FlowId id) {
        return sessions.change(
                        caller,
                        "update flow set deleted_at = clock_timestamp(), modified_by = $3,"
                                + " updated_at = next_updated_at(updated_at)"
                                + " where id = $1 and organization_id = $2 and deleted_at is null returning id",
                        Tuple.of(id.value(), caller.organization().value(), caller.name()))
                .map(deleted -> deleted.rowCount() == 1);
    }

    @Override
    public Uni<Optional<FlowAtVersion>> publish(Caller caller, FlowId id, NextVersion next) {
        return sessions.changeEntities(
                caller,
                () -> FlowEntity.<FlowEntity>find(PRESENT, identity(caller.organization(), id))
                        .withLock(LockModeType.PESSIMISTIC_WRITE)
                        .firstResult()
                        .flatMap(flow -> flow == null
                                ? Uni.createFrom().item(Optional.empty())
                                : latestVersion(flow)
                                        .map(next::after)
                                        .flatMap(definition -> add(flow, definition, caller.name()))
                                        .map(Optional::of)),
                published ->
                        published.stream().map(flow -> flow.flow().id().value()).toList());
    }

    private Uni<FlowAtVersion> add(FlowEntity flow, Definition definition, String author) {
        flow.latestVersion++;
        if (executionsFollow(flow)) {
            flow.reexecuteBelow = flow.latestVersion;
        }
        flow.modifiedBy = author;
        flow.updatedAt = later(flow.updatedAt);
        FlowVersionEntity version = version(flow, definition);
        return version.persist().map(done -> atVersion(flow, version, definition));
    }

    private boolean executionsFollow(FlowEntity flow) {
        return flow.settings != null
                && json.read(flow.settings).path("reexecute_on_update").asBoolean();
    }

    private static Instant later(Instant before) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return now.isAfter(before) ? now : before.plusMillis(1);
    }

    private static Parameters identity(OrganizationId organization, FlowId id) {
        return Parameters.with("id", id.value()).and("organization", organization.value());
    }

    private Uni<FlowAtVersion> latestVersion(FlowEntity flow) {
        return FlowVersionEntity.<FlowVersionEntity>findById(new FlowVersionEntity.Key(flow.id, flow.latestVersion))
                .map(version -> new FlowAtVersion(rows.flow(flow), rows.version(version)));
    }

    private FlowVersionEntity version(FlowEntity flow, Definition definition) {
        FlowVersionEntity version = new FlowVersionEntity();
        version.flowId = flow.id;
        version.version = flow.latestVersion;
        version.definition = json.write(definition.json());
        version.createdBy = flow.modifiedBy;
        version.modifiedBy = flow.modifiedBy;
        version.createdAt = flow.updatedAt;
        version.updatedAt = flow.updatedAt;
        return version;
    }

    /** With the definition as it was given: one that is not committed yet must not be remembered. */
    private FlowAtVersion atVersion(FlowEntity flow, FlowVersionEntity version, Definition definition) {
        return new FlowAtVersion(
                rows.flow(flow),
                new FlowVersion(
                        new FlowId(version.flowId), version.version, definition, version.createdBy, version.createdAt));
    }
}
