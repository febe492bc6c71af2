package dev.reflow.security;

import dev.reflow.organization.ApiKey;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.organization.Permission;
import dev.reflow.organization.Role;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Knows whose an API key is. */
@ApplicationScoped
class ApiKeyIdentityProvider implements IdentityProvider<ApiKeyAuthenticationRequest> {
    private final OrganizationStore organizations;
    private final KeyUses uses;
    private final CallerRate rate;

    ApiKeyIdentityProvider(OrganizationStore organizations, KeyUses uses, CallerRate rate) {
        this.organizations = organizations;
        this.uses = uses;
        this.rate = rate;
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
                        .map(this::used)
                        .map(ApiKey::caller)
                        .map(rate::admit)
                        .map(ApiKeyIdentityProvider::identity)
                        .orElseThrow(() -> new AuthenticationFailedException("unknown API key")));
    }

    private ApiKey used(ApiKey key) {
        uses.note(key.id());
        return key;
    }

    static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(caller)
                .addPermissionChecker(asked -> Uni.createFrom().item(may(caller, asked)))
                .addRoles(caller.roles().stream().map(Role::code).collect(Collectors.toSet()))
                .build();
    }

    private static boolean may(Caller caller, java.security.Permission asked) {
        return Arrays.stream(Permission.values())
                .anyMatch(permission -> permission.code().equals(asked.getName()) && caller.may(permission));
    }
}
