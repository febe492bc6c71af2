package dev.reflow.persistence;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A process is ready only on a database that keeps what it has answered, and whose sessions are as this service asks for:
 * what stands between may have dropped that. Looked at each time, because another server may have taken over since.
 */
@Readiness
@ApplicationScoped
class DatabaseCheck implements AsyncHealthCheck {
    private static final Logger LOG = Logger.getLogger(DatabaseCheck.class);
    private static final String NAME = "database settings";
    private static final String PASS_ON =
            ": what stands between the service and its database has to pass on startup parameters";

    private final ConnectionPools pools;
    private final long deadAfter;
    private volatile @Nullable String told;

    DatabaseCheck(ConnectionPools pools, @ConfigProperty(name = "reflow.engine.dead-after") Duration deadAfter) {
        this.pools = pools;
        this.deadAfter = deadAfter.toMillis();
    }

    void onStart(@Observes StartupEvent event) {
        call().subscribe().with(answer -> {});
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return pools.agents()
                .query("select name, setting from pg_settings where name in ('fsync', 'synchronous_commit',"
                        + " 'idle_in_transaction_session_timeout')"
                        + " union all select 'in_recovery', pg_is_in_recovery()::text")
                .execute()
                .map(found -> answer(fault(settings(found), deadAfter)))
                .onFailure()
                .recoverWithItem(failure -> down(String.valueOf(failure.getMessage())));
    }

    private static Map<String, String> settings(RowSet<Row> found) {
        Map<String, String> settings = new HashMap<>();
        found.forEach(row -> settings.put(row.getString(0), row.getString(1)));
        return settings;
    }

    /**
     * Why the service must not work with this database.
     *
     * @param settings as the database tells them, and whether it is {@code in_recovery}
     * @param deadAfter in milliseconds
     */
    static Optional<String> fault(Map<String, String> settings, long deadAfter) {
        String commit = settings.getOrDefault("synchronous_commit", "");
        long idle = Long.parseLong(settings.getOrDefault("idle_in_transaction_session_timeout", "0"));
        if (Boolean.parseBoolean(settings.get("in_recovery"))) {
            return Optional.of("the database is a standby: connect to the primary");
        }
        if (!"on".equals(settings.get("fsync"))) {
            return Optional.of("the database may lose what it has answered, fsync is off: set fsync = on, reload");
        }
        if (!commit.equals("on") && !commit.equals("remote_apply")) {
            return Optional.of("sessions may lose what was answered, synchronous_commit is " + commit + PASS_ON);
        }
        if (idle <= 0 || idle >= deadAfter) {
            return Optional.of("sessions of a frozen process keep their locks, idle_in_transaction_session_timeout is "
                    + idle + " ms" + PASS_ON);
        }
        return Optional.empty();
    }

    private HealthCheckResponse answer(Optional<String> fault) {
        String reason = fault.orElse(null);
        if (reason == null) {
            told = null;
            return HealthCheckResponse.up(NAME);
        }
        if (!reason.equals(told)) {
            told = reason;
            LOG.warnf("not ready: %s", reason);
        }
        return down(reason);
    }

    private static HealthCheckResponse down(String reason) {
        return HealthCheckResponse.named(NAME).down().withData("reason", reason).build();
    }
}
