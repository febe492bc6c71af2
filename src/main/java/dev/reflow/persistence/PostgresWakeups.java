package dev.reflow.persistence;

import dev.reflow.engine.Wakeups;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.pubsub.PgSubscriber;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Wakes nodes with NOTIFY. Each is a transaction of its own, after the one that it is about: inside that one it would
 * make all commits of the database wait for each other. While one is under way, all others become a single next one.
 */
@ApplicationScoped
class PostgresWakeups implements Wakeups {
    private static final Logger LOG = Logger.getLogger(PostgresWakeups.class);
    private static final String CHANNEL = "reflow_wakeup";
    private static final Duration RECONNECT = Duration.ofSeconds(2);

    private final Pool pool;
    private final ConnectionPools pools;
    private @Nullable PgSubscriber subscriber;
    private boolean sending;
    private boolean again;

    PostgresWakeups(Pool pool, ConnectionPools pools) {
        this.pool = pool;
        this.pools = pools;
    }

    @Override
    public void send() {
        if (begins()) {
            pool.query("notify " + CHANNEL).execute().subscribe().with(sent -> ended(), failure -> {
                LOG.debugf("waking other nodes failed; they find the work later: %s", failure);
                ended();
            });
        }
    }

    private synchronized boolean begins() {
        again = sending;
        boolean begins = !sending;
        sending = true;
        return begins;
    }

    private void ended() {
        if (endsForGood()) {
            return;
        }
        send();
    }

    private synchronized boolean endsForGood() {
        sending = false;
        return !again;
    }

    @Override
    public void listen(Runnable look) {
        subscriber = PgSubscriber.subscriber(pools.vertx(), pools.options())
                .reconnectPolicy(attempts -> RECONNECT.toMillis());
        subscriber.channel(CHANNEL).handler(payload -> look.run());
        subscriber.connect().onFailure(failure -> LOG.warnf("not listening for wake-ups yet: %s", failure));
    }

    @PreDestroy
    void close() {
        if (subscriber != null) {
            subscriber.close();
        }
    }
}
