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
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The connections to the database, all with the same session settings. Requests are served as a role for which rows of
 * one organization at most are there; what the engine does is of all of them, so it has connections of its own, as the
 * owner of the tables. Its agents have a few besides: a process that occupies all others must still be able to say that
 * it is alive.
 */
@Singleton
class ConnectionPools implements PgPoolCreator {
    private static final String REQUEST_ROLE = "reflow_request";
    private static final int ENGINE = 8;
    private static final int AGENTS = 3;
    /** For an answer that left the database in time. */
    private static final Duration TO_ARRIVE = Duration.ofSeconds(1);

    private final Duration longestIdleTransaction;
    private final Duration longestStatement;
    private @Nullable Pool engine;
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
        engine = Pool.newInstance(pool(input, "engine", servers, ENGINE));
        agents = Pool.newInstance(pool(input, "agents", servers, AGENTS));
        List<PgConnectOptions> forRequests =
                servers.stream().map(ConnectionPools::forRequests).toList();
        return pool(input, "requests", forRequests, input.poolOptions().getMaxSize());
    }

    /** From its first moment on, a connection is of this role, and stays so when it is reset. */
    private static PgConnectOptions forRequests(PgConnectOptions server) {
        PgConnectOptions options = new PgConnectOptions(server);
        options.addProperty("role", REQUEST_ROLE);
        return options;
    }

    private io.vertx.sqlclient.Pool pool(Input input, String name, List<PgConnectOptions> servers, int size) {
        return PgBuilder.pool()
                .with(options(input, name, size))
                .connectingTo(List.<SqlConnectOptions>copyOf(servers))
                .using(input.vertx())
                .build();
    }

    /** Nobody shall be given a connection that is about to be closed for its silence. */
    private PoolOptions options(Input input, String name, int size) {
        return new PoolOptions(input.poolOptions())
                .setShared(false)
                .setName(name)
                .setMaxSize(size)
                .setIdleTimeout((int) longestStatement.dividedBy(2).toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
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
        // No statement here runs long enough to be worth compiling; one that seems to would only be slower.
        server.addProperty("jit", "off");
    }

    /** Of the owner, whom no row is hidden from: for statements of the service's own. */
    Pool engine() {
        return Objects.requireNonNull(engine, "the pool is not created yet");
    }

    /** Of the owner, for what must not wait. */
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
        Stream.of(engine, agents).filter(Objects::nonNull).forEach(Pool::closeAndForget);
    }
}
