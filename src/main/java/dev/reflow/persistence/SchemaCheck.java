package dev.reflow.persistence;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
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
    /** Of the newest migration. A release that changes functions has a newer one than the release before. */
    static final int VERSION = 76;
    /** The migrations without a version, which are made anew whenever they have changed. */
    static final List<String> REPEATABLE = List.of("R__events.sql", "R__functions.sql");

    private static final Logger LOG = Logger.getLogger(SchemaCheck.class);
    private static final String NAME = "database schema";
    private static final String UNDEFINED_TABLE = "42P01";
    private static final Set<Integer> OWN =
            REPEATABLE.stream().map(SchemaCheck::checksum).collect(Collectors.toUnmodifiableSet());

    private final ConnectionPools pools;
    private volatile boolean present;
    private volatile boolean told;

    SchemaCheck(ConnectionPools pools) {
        this.pools = pools;
    }

    /** Flyway's, as the history of the schema has it: that of the lines without their ends. */
    static int checksum(String script) {
        CRC32 checksum = new CRC32();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SchemaCheck.class.getResourceAsStream("/db/migration/" + script)),
                StandardCharsets.UTF_8))) {
            lines.lines().map(line -> line.getBytes(StandardCharsets.UTF_8)).forEach(checksum::update);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (int) checksum.getValue();
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return present ? Uni.createFrom().item(HealthCheckResponse.up(NAME)) : look();
    }

    private Uni<HealthCheckResponse> look() {
        return pools.agents()
                .query("select coalesce(max(version::int), 0) as version,"
                        + " coalesce(array_agg(checksum) filter (where version is null), '{}') as repeated"
                        + " from flyway_schema_history")
                .execute()
                .map(found -> found.iterator().next())
                .map(SchemaCheck::lack)
                .onFailure(SchemaCheck::isWithoutTables)
                .recoverWithItem(() -> lack(0, Set.of()))
                .map(this::answer)
                .onFailure()
                .recoverWithItem(failure -> down(String.valueOf(failure.getMessage())));
    }

    private static boolean isWithoutTables(Throwable failure) {
        return failure instanceof PgException refused && UNDEFINED_TABLE.equals(refused.getSqlState());
    }

    private static Optional<String> lack(Row history) {
        return lack(history.getInteger("version"), Set.copyOf(List.of(history.getArrayOfIntegers("repeated"))));
    }

    /**
     * What this release needs and is not there.
     *
     * @param repeated checksums of what was made anew at any time: after what this release has, something newer may have come
     */
    static Optional<String> lack(int version, Set<Integer> repeated) {
        if (version < VERSION) {
            return Optional.of("the database has schema version " + version + ", this release needs " + VERSION);
        }
        if (version == VERSION && !repeated.containsAll(OWN)) {
            return Optional.of("the functions in the database are older than those of this release");
        }
        return Optional.empty();
    }

    private static HealthCheckResponse down(String reason) {
        return HealthCheckResponse.named(NAME).down().withData("reason", reason).build();
    }

    private HealthCheckResponse answer(Optional<String> lack) {
        present = lack.isEmpty();
        if (present) {
            return HealthCheckResponse.up(NAME);
        }
        String reason = lack.orElseThrow()
                + ": run it once with QUARKUS_FLYWAY_MIGRATE_AT_START=true and QUARKUS_INIT_AND_EXIT=true";
        if (!told) {
            told = true;
            LOG.warnf("not ready: %s", reason);
        }
        return down(reason);
    }
}
