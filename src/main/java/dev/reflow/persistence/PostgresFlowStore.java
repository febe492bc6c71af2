package dev.reflow.persistence;

import dev.reflow.flow.Definition;
import dev.reflow.flow.Flow;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowQuery;
import dev.reflow.flow.FlowStore;
import dev.reflow.flow.FlowVersion;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.Role;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheQuery;
import io.quarkus.panache.common.Page;
import io.quarkus.panache.common.Parameters;
import io.quarkus.panache.common.Sort;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Flows and their versions. */
@ApplicationScoped
class PostgresFlowStore implements FlowStore {
    private static final String PRESENT = "id = :id and organizationId = :organization and deletedAt is null";

    private final Json json;
    private final Definitions definitions;

    PostgresFlowStore(Json json, Definitions definitions) {
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
        entity.visibility = flow.visibility();
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
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("organization", caller.organization().value());
        StringBuilder where = new StringBuilder("organizationId = :organization and deletedAt is null");
        if (!caller.roles().contains(Role.ORG_ADMIN)) {
            where.append(" and (visibility <> 'private' or createdBy = :caller)");
            parameters.put("caller", caller.name());
        }
        if (query.createdBy() != null) {
            where.append(" and createdBy = :createdBy");
            parameters.put("createdBy", query.createdBy());
        }
        if (query.search() != null) {
            where.append(
                    " and (lower(displayName) like :search escape '\\' or lower(description) like :search escape '\\')");
            parameters.put("search", "%" + literal(query.search().toLowerCase(Locale.ROOT)) + "%");
        }
        Sort.Direction direction = query.ascending() ? Sort.Direction.Ascending : Sort.Direction.Descending;
        Sort sort = Sort.by(column(query.sort()), direction).and("id", direction);
        return Panache.withSession(() -> {
            PanacheQuery<FlowEntity> flows = FlowEntity.find(where.toString(), sort, parameters);
            return flows.count()
                    .flatMap(total -> flows.page(Page.of(query.page() - 1, query.pageSize()))
                            .list()
                            .flatMap(this::atLatestVersions)
                            .map(page -> new Listed(page, total)));
        });
    }

    /** So that a search for "50%" is not one for everything that begins with 50. */
    private static String literal(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    private static String column(FlowQuery.Sort sort) {
        return switch (sort) {
            case CREATED_AT -> "createdAt";
            case UPDATED_AT -> "updatedAt";
            case DISPLAY_NAME -> "displayName";
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
                    flow.modifiedBy = author;
                    flow.updatedAt = later(flow.updatedAt);
                    FlowVersionEntity version = version(flow, definition);
                    return version.persist()
                            .map(done -> Optional.of(atVersion(flow, flowVersion(version, definition))));
                }));
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

    private Uni<List<FlowAtVersion>> atLatestVersions(List<FlowEntity> flows) {
        List<UUID> ids = flows.stream().map(flow -> flow.id).toList();
        return FlowVersionEntity.<FlowVersionEntity>list(
                        "from FlowVersionEntity v where v.flowId in ?1"
                                + " and v.version = (select f.latestVersion from FlowEntity f where f.id = v.flowId)",
                        ids)
                .map(versions -> {
                    Map<UUID, FlowVersionEntity> latest =
                            versions.stream().collect(Collectors.toMap(version -> version.flowId, version -> version));
                    return flows.stream()
                            .map(flow -> atVersion(flow, flowVersion(Objects.requireNonNull(latest.get(flow.id)))))
                            .toList();
                });
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
                        flow.visibility,
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
