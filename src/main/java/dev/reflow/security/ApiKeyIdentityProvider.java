package dev.reflow.security;

import dev.reflow.organization.ApiKey;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.organization.Role;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.stream.Collectors;

/** Knows whose an API key is. */
@ApplicationScoped
class ApiKeyIdentityProvider implements IdentityProvider<ApiKeyAuthenticationRequest> {
    private final OrganizationStore organizations;

    ApiKeyIdentityProvider(OrganizationStore organizations) {
        this.organizations = organizations;
    }

    @Override
    public Class<ApiKeyAuthenticationRequest> getRequestType() {
        return ApiKeyAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            ApiKeyAuthenticationRequest request, AuthenticationRequestContext context) {
        if (!request.token().isWellFormed()) {
            return Uni.createFrom().failure(new AuthenticationFailedException("not an API key"));
        }
        return organizations
                .findApiKeys(request.token().prefix())
                .map(keys -> keys.stream()
                        .filter(key -> key.isOf(request.token()))
                        .findFirst()
                        .map(ApiKey::caller)
                        .map(ApiKeyIdentityProvider::identity)
                        .orElseThrow(() -> new AuthenticationFailedException("unknown API key")));
    }

    private static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(caller)
                .addRoles(caller.roles().stream().map(Role::code).collect(Collectors.toSet()))
                .build();
    }
}
