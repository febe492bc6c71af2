package dev.reflow.api;

import dev.reflow.organization.Caller;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;

/** Who sent the request that is being answered. */
@ApplicationScoped
class CurrentCaller {
    private final SecurityIdentity identity;

    CurrentCaller(SecurityIdentity identity) {
        this.identity = identity;
    }

    Caller get() {
        return (Caller) identity.getPrincipal();
    }
}
