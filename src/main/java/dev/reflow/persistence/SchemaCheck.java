package dev.reflow.persistence;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * A process that does not migrate the schema itself is ready once somebody else has. A newer schema is fine: migrations
 * only add what the release before can do without.
 */
@Readiness
@ApplicationScoped
class SchemaCheck implements AsyncHealthCheck {
    /** Of the newest migration. */
    static final int VERSION = 74;

    private static final Logger LOG = Logger.getLogger(SchemaCheck.class);
    private static final String NAME = "database schema";
    private static final String UNDEFINED_TABLE = "42P01";

    private final ConnectionPools pools;
    private volatile boolean present;
    private volatile boolean told;

    SchemaCheck(ConnectionPools pools) {
        this.pools = pools;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return present ? Uni.createFrom().item(HealthCheckResponse.up(NAME)) : look();
    }

    private Uni<HealthCheckResponse> look() {
        return pools.agents()
                .query("select coalesce(max(version::int), 0) from flyway_schema_history where version is not null")
                .execute()
                .map(found -> found.iterator().next().getInteger(0))
                .onFailure(SchemaCheck::isWithoutTables)
                .recoverWithItem(0)
                .map(this::answer)
                .onFailure()
                .recoverWithItem(failure -> down(String.valueOf(failure.getMessage())));
    }

    private static boolean isWithoutTables(Throwable failure) {
        return failure instanceof PgException refused && UNDEFINED_TABLE.equals(refused.getSqlState());
    }

    private static HealthCheckResponse down(String reason) {
        return HealthCheckResponse.named(NAME).down().withData("reason", reason).build();
    }

    private HealthCheckResponse answer(int version) {
        present = version >= VERSION;
        if (present) {
            return HealthCheckResponse.up(NAME);
        }
        String reason = "the database has schema version " + version + ", this release needs " + VERSION
                + ": run it once with QUARKUS_FLYWAY_MIGRATE_AT_START=true and QUARKUS_INIT_AND_EXIT=true";
        if (!told) {
            told = true;
            LOG.warnf("not ready: %s", reason);
        }
        return down(reason);
    }
}
