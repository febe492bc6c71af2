package dev.reflow.security;

import dev.reflow.organization.ServiceAccountStore;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Which keys were used since the last minute, so that not each request has to write it down. */
@ApplicationScoped
class KeyUses {
    private static final Logger LOG = Logger.getLogger(KeyUses.class);

    private final ServiceAccountStore accounts;
    private final Set<UUID> used = ConcurrentHashMap.newKeySet();

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
                .invoke(failure -> LOG.warnf("the last use of %d API keys was not written: %s", keys.size(), failure))
                .onFailure()
                .recoverWithNull();
    }
}
