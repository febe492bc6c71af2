package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ConnectionPoolsTest {
    @Inject
    Pool requests;

    @Inject
    ConnectionPools pools;

    @ConfigProperty(name = "reflow.engine.dead-after")
    Duration deadAfter;

    @Test
    void sessionsOfEveryPoolKeepWhatIsAnsweredAndLoseTheirLocksInTime() {
        Map.of("requests", requests, "engine", pools.engine(), "agents", pools.agents())
                .forEach((name, pool) -> {
                    Row row = one(
                            pool,
                            "select current_setting('synchronous_commit'), current_setting('fsync'),"
                                    + " (select setting::bigint from pg_settings"
                                    + "   where name = 'idle_in_transaction_session_timeout'),"
                                    + " (select setting::bigint from pg_settings where name = 'statement_timeout')");
                    assertThat(row.getString(0)).as(name).isEqualTo("on");
                    assertThat(row.getString(1)).as(name).isEqualTo("on");
                    assertThat(row.getLong(2)).as(name).isPositive().isLessThan(deadAfter.toMillis());
                    assertThat(row.getLong(3)).as(name).isEqualTo(deadAfter.toMillis());
                });
    }

    private static Row one(Pool pool, String sql) {
        return pool.query(sql).execute().await().indefinitely().iterator().next();
    }
}
