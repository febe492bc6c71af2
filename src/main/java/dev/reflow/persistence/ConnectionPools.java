package dev.reflow.persistence;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The connections to the database, all with the same session settings. The engine's agents have a few of their own: a
 * process whose requests occupy all others must still be able to say that it is alive.
 */
@Singleton
class ConnectionPools implements PgPoolCreator {
    private static final int AGENTS = 3;

    private final Duration longestIdleTransaction;
    private @Nullable Pool agents;
    private @Nullable Vertx vertx;
    private @Nullable PgConnectOptions options;

    ConnectionPools(@ConfigProperty(name = "reflow.engine.dead-after") Duration deadAfter) {
        this.longestIdleTransaction = deadAfter.dividedBy(2);
    }

    @Override
    public io.vertx.sqlclient.Pool create(Input input) {
        List<PgConnectOptions> servers = input.pgConnectOptionsList();
        servers.forEach(this::set);
        vertx = input.vertx();
        options = servers.get(0);
        agents = Pool.newInstance(pool(input, new PoolOptions(input.poolOptions()).setMaxSize(AGENTS)));
        return pool(input, input.poolOptions());
    }

    private static io.vertx.sqlclient.Pool pool(Input input, PoolOptions size) {
        return PgBuilder.pool()
                .with(size)
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }

    /** A frozen process must not hold locks until it is found dead; what is answered as done is on disk. */
    private void set(PgConnectOptions server) {
        server.addProperty("idle_in_transaction_session_timeout", String.valueOf(longestIdleTransaction.toMillis()));
        server.addProperty("synchronous_commit", "on");
    }

    Pool agents() {
        return Objects.requireNonNull(agents, "the pool is not created yet");
    }

    Vertx vertx() {
        return Objects.requireNonNull(vertx, "the pool is not created yet");
    }

    /** For a connection outside the pools. */
    PgConnectOptions options() {
        return new PgConnectOptions(Objects.requireNonNull(options, "the pool is not created yet"));
    }

    @PreDestroy
    void close() {
        if (agents != null) {
            agents.closeAndForget();
        }
    }
}
