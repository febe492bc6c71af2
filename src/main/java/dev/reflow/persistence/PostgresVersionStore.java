package dev.reflow.persistence;

import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowVersion;
import dev.reflow.flow.VersionQuery;
import dev.reflow.flow.VersionStore;
import dev.reflow.flow.VersionSummary;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Versions of flows, and what people call them. */
@ApplicationScoped
class PostgresVersionStore implements VersionStore {
    private static final String OF_FLOW = " from flow_version v join flow f on f.id = v.flow_id where ";

    private final Sessions sessions;
    private final FlowRows rows;

    PostgresVersionStore(Sessions sessions, FlowRows rows) {
        this.sessions = sessions;
        this.rows = rows;
    }

    @Override
    public Uni<List<FlowVersion>> list(OrganizationId organization, FlowId flow) {
        Where where = of(organization, flow);
        return sessions.query(
                        organization,
                        "select " + FlowRows.VERSION + OF_FLOW + where.sql() + " order by v.version desc",
                        where.arguments())
                .map(found -> {
                    List<FlowVersion> versions = new ArrayList<>();
                    found.forEach(row -> versions.add(rows.version(row)));
                    return versions;
                });
    }

    @Override
    public Uni<Optional<FlowVersion>> find(OrganizationId organization, FlowId flow, int version) {
        Where where = of(organization, flow);
        where.and("v.version = " + where.argument(version));
        return sessions.query(organization, "select " + FlowRows.VERSION + OF_FLOW + where.sql(), where.arguments())
                .map(found -> found.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.version(found.iterator().next())));
    }

    @Override
    public Uni<Listed> summaries(OrganizationId organization, FlowId flow, VersionQuery query) {
        Where where = of(organization, flow);
        if (query.search() != null) {
            where.and("v.name ilike " + where.argument(Where.containing(query.search())));
        }
        if (query.favouritesOnly()) {
            where.and("v.is_favourite");
        }
        String page = "select " + FlowRows.SUMMARY + OF_FLOW + where.sql() + " order by v.version desc limit "
                + query.pageSize() + " offset " + (query.page() - 1L) * query.pageSize();
        return sessions.of(
                organization,
                client -> client.preparedQuery(page)
                        .execute(where.arguments())
                        .flatMap(found -> client.preparedQuery("select count(*)" + OF_FLOW + where.sql())
                                .execute(where.arguments())
                                .map(counted -> listed(found, counted))));
    }

    private static Listed listed(RowSet<Row> found, RowSet<Row> counted) {
        List<VersionSummary> versions = new ArrayList<>();
        found.forEach(row -> versions.add(FlowRows.summary(row)));
        return new Listed(versions, counted.iterator().next().getLong(0));
    }

    @Override
    public Uni<Optional<VersionSummary>> describe(
            Caller caller, FlowId flow, int version, @Nullable String name, @Nullable Boolean favourite) {
        return sessions.change(
                        caller,
                        "update flow_version v set name = coalesce($4, v.name),"
                                + " is_favourite = coalesce($5, v.is_favourite), modified_by = $6,"
                                + " updated_at = next_updated_at(v.updated_at) from flow f"
                                + " where f.id = $1 and f.organization_id = $2 and f.deleted_at is null"
                                + " and v.flow_id = f.id and v.version = $3 returning f.id, " + FlowRows.SUMMARY,
                        Tuple.tuple()
                                .addUUID(flow.value())
                                .addUUID(caller.organization().value())
                                .addInteger(version)
                                .addString(name)
                                .addBoolean(favourite)
                                .addString(caller.name()))
                .map(found -> found.size() == 0
                        ? Optional.empty()
                        : Optional.of(FlowRows.summary(found.iterator().next())));
    }

    private static Where of(OrganizationId organization, FlowId flow) {
        Where where = new Where();
        where.and("f.id = " + where.argument(flow.value()));
        where.and("f.organization_id = " + where.argument(organization.value()));
        where.and("f.deleted_at is null");
        return where;
    }
}
