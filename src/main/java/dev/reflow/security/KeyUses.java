package dev.reflow.security;

import dev.reflow.organization.ServiceAccountStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Which keys were used since it was last written down, so that not each request has to do that. */
@ApplicationScoped
class KeyUses {
    private static final Logger LOG = Logger.getLogger(KeyUses.class);

    /** A process that stops does not wait longer for a database that is away. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final ServiceAccountStore accounts;
    private final Set<UUID> used = ConcurrentHashMap.newKeySet();

    @ConfigMapping(prefix = "reflow.api-keys")
    public interface Config {
        /** How often it is written which keys were used meanwhile. */
        @WithDefault("1m")
        Duration lastUseInterval();
    }

    KeyUses(ServiceAccountStore accounts) {
        this.accounts = accounts;
    }

    void note(UUID key) {
        used.add(key);
    }

    @Scheduled(every = "${reflow.api-keys.last-use-interval:1m}")
    Uni<Void> write() {
        Set<UUID> keys = Set.copyOf(used);
        if (keys.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        used.removeAll(keys);
        return accounts.used(keys)
                .onFailure()
                .invoke(failure -> {
                    used.addAll(keys);
                    LOG.warnf("the last use of %d API keys was not written yet: %s", keys.size(), failure);
                })
                .onFailure()
                .recoverWithNull();
    }

    void onStop(@Observes ShutdownEvent event) {
        write().ifNoItem()
                .after(LONGEST)
                .recoverWithUni(Uni.createFrom().voidItem())
                .await()
                .indefinitely();
    }
}
