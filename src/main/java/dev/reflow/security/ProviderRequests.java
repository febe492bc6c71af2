package dev.reflow.security;

import io.quarkus.arc.Unremovable;
import io.quarkus.oidc.common.OidcEndpoint;
import io.quarkus.oidc.common.OidcRequestFilter;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Bounds what is asked of the provider. Keys are fetched when a token names one that is not known, so whoever invents
 * names could have the provider flooded through this service.
 */
@ApplicationScoped
@Unremovable
@OidcEndpoint({OidcEndpoint.Type.DISCOVERY, OidcEndpoint.Type.JWKS})
class ProviderRequests implements OidcRequestFilter {
    private static final int MOST_PER_SECOND = 50;

    private final long timeoutMillis;
    private long second = Long.MIN_VALUE;
    private int requests;

    ProviderRequests(SecurityConfig config) {
        this.timeoutMillis = config.providerTimeout().toMillis();
    }

    @Override
    public Uni<Void> filter(OidcRequestFilterContext context) {
        context.request().timeout(timeoutMillis);
        return mayAsk(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()))
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().failure(new RejectedExecutionException("the provider is asked too often"));
    }

    private synchronized boolean mayAsk(long now) {
        if (now != second) {
            second = now;
            requests = 0;
        }
        return requests++ < MOST_PER_SECOND;
    }
}
