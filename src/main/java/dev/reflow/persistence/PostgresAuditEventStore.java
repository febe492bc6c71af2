package dev.reflow.persistence;

import dev.reflow.organization.AuditEvent;
import dev.reflow.organization.AuditEventStore;
import dev.reflow.organization.Credential;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.Origin;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Records of changes. {@link Sessions} writes them, or the function that makes the change. */
@ApplicationScoped
class PostgresAuditEventStore implements AuditEventStore {
    private final Sessions sessions;
    private final ConnectionPools pools;

    PostgresAuditEventStore(Sessions sessions, ConnectionPools pools) {
        this.sessions = sessions;
        this.pools = pools;
    }

    @Override
    public Uni<List<AuditEvent>> list(OrganizationId organization, AuditEvent.Query query) {
        Where where = new Where();
        where.and("a.organization_id = " + where.argument(organization.value()));
        if (query.from() != null) {
            where.and("a.id >= " + where.argument(AuditEvent.firstId(query.from())));
        }
        if (query.to() != null) {
            where.and("a.id < " + where.argument(AuditEvent.firstId(query.to() + 1)));
        }
        if (query.after() != null) {
            where.and("a.id < " + where.argument(query.after()));
        }
        if (query.subject() != null) {
            where.and("a.subject = " + where.argument(query.subject()));
        }
        if (query.operation() != null) {
            where.and("a.operation = " + where.argument(query.operation()));
        }
        if (query.thing() != null) {
            where.and("a.thing_id = " + where.argument(query.thing()));
        }
        return sessions.query(
                        organization,
                        "select a.id, a.subject, a.name, a.credential, a.operation, a.request_id, a.thing_id"
                                + " from audit_event a where " + where.sql() + " order by a.id desc limit "
                                + query.limit(),
                        where.arguments())
                .map(found -> {
                    List<AuditEvent> events = new ArrayList<>();
                    found.forEach(row -> events.add(event(row)));
                    return events;
                });
    }

    private static AuditEvent event(Row row) {
        return new AuditEvent(
                row.getUUID("id"),
                row.getString("subject"),
                row.getString("name"),
                new Origin(
                        Credential.of(row.getString("credential")),
                        row.getString("operation"),
                        row.getString("request_id"),
                        null),
                row.getUUID("thing_id"));
    }

    @Override
    public Uni<Integer> purge(Duration olderThan, int limit) {
        return pools.engine()
                .preparedQuery("select purge_audit_events($1 * interval '1 millisecond', $2)")
                .execute(Tuple.of(olderThan.toMillis(), limit))
                .map(found -> found.iterator().next().getInteger(0));
    }
}
