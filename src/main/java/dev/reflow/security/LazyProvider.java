package dev.reflow.security;

import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TenantConfigResolver;
import io.quarkus.oidc.runtime.OidcConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/**
 * The provider of {@code quarkus.oidc}, met when the first token comes. Quarkus by itself would meet it at the start, and
 * a start must neither wait for another server nor fail with it.
 */
@ApplicationScoped
class LazyProvider implements TenantConfigResolver {
    /** Always the same object: another one would count as a change of the configuration. */
    private final @Nullable OidcTenantConfig provider;

    LazyProvider(OidcConfig config) {
        var given = OidcConfig.getDefaultTenant(config);
        provider = given.authServerUrl().isEmpty()
                ? null
                : OidcTenantConfig.builder(given)
                        .tenantId("provider")
                        .enableTenant()
                        .build();
    }

    /** Nothing stands for the tenant of the configuration, which is switched off. */
    @Override
    public Uni<OidcTenantConfig> resolve(RoutingContext context, OidcRequestContext<OidcTenantConfig> blocking) {
        return Uni.createFrom().item(provider);
    }
}
