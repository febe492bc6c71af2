package dev.reflow.usecase;

import dev.reflow.flow.FlowId;
import dev.reflow.organization.ApiKeyToken;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.organization.Role;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** Makes an empty database usable: an organization, a key that opens it, and a flow to try. */
@ApplicationScoped
public class Bootstrap {
    private static final List<Role> ROLES = List.of(Role.ORG_ADMIN, Role.INTEGRATION);

    private final OrganizationStore organizations;
    private final DefinitionCheck check;

    Bootstrap(OrganizationStore organizations, DefinitionCheck check) {
        this.organizations = organizations;
        this.check = check;
    }

    /** What the first start of all has made. */
    public record FirstStart(OrganizationId organization, ApiKeyToken key, FlowId sampleFlow) {}

    /**
     * Empty when there was an organization already; a preset key that it does not know yet is added to it all the same.
     *
     * @param presetKey to be used instead of a random one
     * @param sampleFlow the flow to be created
     */
    public Uni<Optional<FirstStart>> run(Optional<ApiKeyToken> presetKey, OrganizationStore.SampleFlow sampleFlow) {
        ApiKeyToken key = presetKey.orElseGet(() -> ApiKeyToken.random(new SecureRandom()));
        check.requireValid(sampleFlow.definition());
        return organizations
                .bootstrap(key, ROLES, presetKey.isEmpty(), sampleFlow)
                .map(made -> made.organizationCreated()
                        ? Optional.of(new FirstStart(made.organization(), key, new FlowId(sampleFlow.id())))
                        : Optional.empty());
    }
}
