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
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The connections to the database, all with the same session settings. The engine's agents have a few of their own: a
 * process whose requests occupy all others must still be able to say that it is alive.
 */
@Singleton
class ConnectionPools implements PgPoolCreator {
    private static final int AGENTS = 3;
    /** For an answer that left the database in time. */
    private static final Duration TO_ARRIVE = Duration.ofSeconds(1);

    private final Duration longestIdleTransaction;
    private final Duration longestStatement;
    private @Nullable Pool agents;
    private @Nullable Vertx vertx;
    private @Nullable PgConnectOptions options;

    ConnectionPools(@ConfigProperty(name = "reflow.engine.dead-after") Duration deadAfter) {
        this.longestIdleTransaction = deadAfter.dividedBy(2);
        this.longestStatement = deadAfter;
    }

    @Override
    public io.vertx.sqlclient.Pool create(Input input) {
        List<PgConnectOptions> servers = input.pgConnectOptionsList();
        servers.forEach(this::set);
        vertx = input.vertx();
        options = servers.get(0);
        PoolOptions size = withoutOldConnections(input.poolOptions());
        agents = Pool.newInstance(pool(input, new PoolOptions(size).setMaxSize(AGENTS)));
        return pool(input, size);
    }

    /** Nobody shall be given a connection that is about to be closed for its silence. */
    private PoolOptions withoutOldConnections(PoolOptions configured) {
        return new PoolOptions(configured)
                .setIdleTimeout((int) longestStatement.dividedBy(2).toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    private static io.vertx.sqlclient.Pool pool(Input input, PoolOptions size) {
        return PgBuilder.pool()
                .with(size)
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }

    /**
     * A frozen process must not hold locks until it is found dead; what is answered as done is on disk. A statement is
     * answered in time or not at all: when there is silence for longer, the network has lost the connection without
     * saying so, and whoever waits would wait for ever.
     */
    private void set(PgConnectOptions server) {
        server.setConnectTimeout((int) longestStatement.toMillis());
        server.setIdleTimeout((int) longestStatement.plus(TO_ARRIVE).toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        server.addProperty("statement_timeout", String.valueOf(longestStatement.toMillis()));
        server.addProperty("idle_in_transaction_session_timeout", String.valueOf(longestIdleTransaction.toMillis()));
        server.addProperty("synchronous_commit", "on");
    }

    Pool agents() {
        return Objects.requireNonNull(agents, "the pool is not created yet");
    }

    Vertx vertx() {
        return Objects.requireNonNull(vertx, "the pool is not created yet");
    }

    /** For a connection outside the pools, on which there may be silence. */
    PgConnectOptions options() {
        PgConnectOptions silent = new PgConnectOptions(Objects.requireNonNull(options, "the pool is not created yet"));
        silent.setIdleTimeout(0);
        return silent;
    }

    @PreDestroy
    void close() {
        if (agents != null) {
            agents.closeAndForget();
        }
    }
}
