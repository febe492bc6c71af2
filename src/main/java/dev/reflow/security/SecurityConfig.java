package dev.reflow.security;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/** How bearer tokens are read. Where they come from is {@code quarkus.oidc.auth-server-url}; absent, none is accepted. */
@ConfigMapping(prefix = "reflow.security")
public interface SecurityConfig {
    Claims claims();

    /**
     * Whether an organization that a token names and that is not here yet is created. Otherwise the token is refused:
     * an organization that nobody asked for is more often a wrong claim than a new customer.
     */
    @WithDefault("false")
    boolean createOrganizations();

    /** How long the provider may take to answer, while a caller waits for its keys. */
    @WithDefault("5s")
    Duration providerTimeout();

    /** Claims, by name or by a path through nested ones; see {@link ClaimPath}. */
    interface Claims {
        /** Who asks, as it is written down with changes: a text that is never given to somebody else. */
        @WithDefault("sub")
        ClaimPath subject();

        /** The id of the caller's organization: one UUID. */
        @WithDefault("organization_id")
        ClaimPath organization();

        /** Names of roles, as a list or separated by spaces; names that are no role of reflow mean nothing. */
        @WithDefault("roles,realm_access.roles")
        List<ClaimPath> roles();
    }
}
