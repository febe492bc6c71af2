package dev.reflow.persistence;

import dev.reflow.flow.Definition;
import dev.reflow.flow.Flow;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowQuery;
import dev.reflow.flow.FlowStore;
import dev.reflow.flow.FlowVersion;
import dev.reflow.flow.Visibility;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.panache.common.Parameters;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
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

/** Flows and their versions. */
@ApplicationScoped
class PostgresFlowStore implements FlowStore {
    private static final String PRESENT = "id = :id and organizationId = :organization and deletedAt is null";

    private static final String FLOW = "f.id, f.organization_id, f.display_name, f.description, f.status, f.visibility,"
            + " f.settings::text as settings, f.tags, f.latest_version, f.executions_count, f.created_by,"
            + " f.modified_by, f.created_at, f.updated_at";

    private final Pool pool;
    private final Json json;
    private final Definitions definitions;

    PostgresFlowStore(Pool pool, Json json, Definitions definitions) {
        this.pool = pool;
        this.json = json;
        this.definitions = definitions;
    }

    @Override
    public Uni<FlowAtVersion> create(Flow flow, Definition definition) {
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
        entity.createdBy = flow.createdBy();
        entity.modifiedBy = flow.modifiedBy();
        entity.createdAt = flow.createdAt();
        entity.updatedAt = flow.updatedAt();
        FlowVersionEntity version = version(entity, definition);
        return Panache.withTransaction(() -> entity.persist()
                .chain(() -> version.persist())
                .map(done -> atVersion(entity, flowVersion(version, definition))));
    }

    @Override
    public Uni<Optional<FlowAtVersion>> find(OrganizationId organization, FlowId id) {
        return Panache.withSession(() -> FlowEntity.<FlowEntity>find(PRESENT, identity(organization, id))
                .firstResult()
                .flatMap(flow -> flow == null
                        ? Uni.createFrom().item(Optional.empty())
                        : latestVersion(flow).map(version -> Optional.of(atVersion(flow, flowVersion(version))))));
    }

    @Override
    public Uni<Listed> list(Caller caller, FlowQuery query) {
        Where where = new Where();
        where.and("f.organization_id = " + where.argument(caller.organization().value()));
        where.and("f.deleted_at is null");
        if (!caller.isAdmin()) {
            where.and("(f.visibility <> 'private' or f.created_by = " + where.argument(caller.name()) + ")");
        }
        if (query.createdBy() != null) {
            where.and("f.created_by = " + where.argument(query.createdBy()));
        }
        if (query.search() != null) {
            String pattern = where.argument("%" + literal(query.search()) + "%");
            where.and("(f.display_name ilike " + pattern + " or f.description ilike " + pattern + ")");
        }
        if (!query.tags().isEmpty()) {
            where.and("f.tags && " + where.argument(query.tags().toArray(String[]::new)));
        }
        if (query.cleanable()) {
            where.and("f.settings -> 'ttl' ->> 'seconds' is not null");
        }
        String direction = query.ascending() ? "asc" : "desc";
        return pool.preparedQuery("select " + FLOW + ", v.version, v.definition::text as definition,"
                        + " v.modified_by as version_modified_by, v.created_at as version_created_at,"
                        + " count(*) over () as total"
                        + " from flow f join flow_version v on v.flow_id = f.id and v.version = f.latest_version"
                        + " where " + where.sql() + " order by f." + column(query.sort()) + " " + direction + ", f.id "
                        + direction + " limit " + query.pageSize() + " offset "
                        + (query.page() - 1L) * query.pageSize())
                .execute(where.arguments())
                .flatMap(found -> listed(found, where));
    }

    /** A page behind the last one has no row that could tell the total. */
    private Uni<Listed> listed(RowSet<Row> found, Where where) {
        List<FlowAtVersion> flows = new ArrayList<>();
        found.forEach(row -> flows.add(flowAtVersion(row)));
        return flows.isEmpty()
                ? pool.preparedQuery("select count(*) from flow f where " + where.sql())
                        .execute(where.arguments())
                        .map(counted ->
                                new Listed(flows, counted.iterator().next().getLong(0)))
                : Uni.createFrom()
                        .item(new Listed(flows, found.iterator().next().getLong("total")));
    }

    private FlowAtVersion flowAtVersion(Row row) {
        FlowId id = new FlowId(row.getUUID("id"));
        int version = row.getInteger("version");
        Flow flow = new Flow(
                id,
                new OrganizationId(row.getUUID("organization_id")),
                row.getString("display_name"),
                row.getString("description"),
                row.getString("status"),
                Visibility.of(row.getString("visibility")),
                json.readNullable(row.getString("settings")),
                List.of(row.getArrayOfStrings("tags")),
                row.getInteger("latest_version"),
                row.getInteger("executions_count"),
                row.getString("created_by"),
                row.getString("modified_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
        return new FlowAtVersion(
                flow,
                new FlowVersion(
                        id,
                        version,
                        definitions.parse(id, version, row.getString("definition")),
                        row.getString("version_modified_by"),
                        row.getOffsetDateTime("version_created_at").toInstant()));
    }

    @Override
    public Uni<Map<FlowId, Integer>> countExecutionsOfLatestVersions(Collection<FlowId> flows) {
        return pool.preparedQuery("select f.id, count(e.id)::int from flow f left join flow_execution e"
                        + " on e.flow_id = f.id and e.flow_version = f.latest_version"
                        + " where f.id = any ($1) group by f.id")
                .execute(Tuple.of(flows.stream().map(FlowId::value).toArray(UUID[]::new)))
                .map(found -> {
                    Map<FlowId, Integer> counts = new HashMap<>();
                    found.forEach(row -> counts.put(new FlowId(row.getUUID(0)), row.getInteger(1)));
                    return counts;
                });
    }

    /** So that a search for "50%" is not one for everything that begins with 50. */
    private static String literal(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    private static String column(FlowQuery.Sort sort) {
        return switch (sort) {
            case CREATED_AT -> "created_at";
            case UPDATED_AT -> "updated_at";
            case DISPLAY_NAME -> "display_name";
        };
    }

    @Override
    public Uni<List<FlowVersion>> versions(FlowId id) {
        return Panache.withSession(
                () -> FlowVersionEntity.<FlowVersionEntity>list("flowId = ?1 order by version desc", id.value())
                        .map(found -> found.stream().map(this::flowVersion).toList()));
    }

    @Override
    public Uni<Optional<FlowAtVersion>> publish(
            OrganizationId organization, FlowId id, Definition definition, String author) {
        return Panache.withTransaction(() -> FlowEntity.<FlowEntity>find(PRESENT, identity(organization, id))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResult()
                .flatMap(flow -> {
                    if (flow == null || !flow.status.equals(Flow.DRAFT)) {
                        return Uni.createFrom().item(Optional.empty());
                    }
                    flow.latestVersion++;
                    if (executionsFollow(flow)) {
                        flow.reexecuteBelow = flow.latestVersion;
                    }
                    flow.modifiedBy = author;
                    flow.updatedAt = later(flow.updatedAt);
                    FlowVersionEntity version = version(flow, definition);
                    return version.persist()
                            .map(done -> Optional.of(atVersion(flow, flowVersion(version, definition))));
                }));
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

    private static Uni<FlowVersionEntity> latestVersion(FlowEntity flow) {
        return FlowVersionEntity.findById(new FlowVersionEntity.Key(flow.id, flow.latestVersion));
    }

    private FlowVersionEntity version(FlowEntity flow, Definition definition) {
        FlowVersionEntity version = new FlowVersionEntity();
        version.flowId = flow.id;
        version.version = flow.latestVersion;
        version.definition = json.write(definition.json());
        version.modifiedBy = flow.modifiedBy;
        version.createdAt = flow.updatedAt;
        version.updatedAt = flow.updatedAt;
        return version;
    }

    private FlowAtVersion atVersion(FlowEntity flow, FlowVersion version) {
        return new FlowAtVersion(
                new Flow(
                        new FlowId(flow.id),
                        new OrganizationId(flow.organizationId),
                        flow.displayName,
                        flow.description,
                        flow.status,
                        Visibility.of(flow.visibility),
                        json.readNullable(flow.settings),
                        List.of(flow.tags),
                        flow.latestVersion,
                        flow.executionsCount,
                        flow.createdBy,
                        flow.modifiedBy,
                        flow.createdAt,
                        flow.updatedAt),
                version);
    }

    private FlowVersion flowVersion(FlowVersionEntity version) {
        return flowVersion(version, definitions.parse(new FlowId(version.flowId), version.version, version.definition));
    }

    private static FlowVersion flowVersion(FlowVersionEntity version, Definition definition) {
        return new FlowVersion(
                new FlowId(version.flowId), version.version, definition, version.modifiedBy, version.createdAt);
    }
}
