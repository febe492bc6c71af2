package dev.reflow.usecase;

import dev.reflow.flow.FlowAtVersion;
import dev.reflow.organization.ApiKeyToken;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.organization.Role;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Makes an empty database usable: an organization, a key that opens it, and a flow to try. */
@ApplicationScoped
public class Bootstrap {
    private static final List<Role> ROLES = List.of(Role.ORG_ADMIN, Role.INTEGRATION);

    private final OrganizationStore organizations;
    private final CreateFlow createFlow;

    Bootstrap(OrganizationStore organizations, CreateFlow createFlow) {
        this.organizations = organizations;
        this.createFlow = createFlow;
    }

    /** What the first start of all has made. */
    public record FirstStart(OrganizationId organization, ApiKeyToken key, FlowAtVersion sampleFlow) {}

    /**
     * Empty when there was an organization already; a preset key that it does not know yet is added to it all the same.
     *
     * @param presetKey to be used instead of a random one
     * @param sampleFlow the flow to be created
     */
    public Uni<Optional<FirstStart>> run(Optional<ApiKeyToken> presetKey, CreateFlow.NewFlow sampleFlow) {
        ApiKeyToken key = presetKey.orElseGet(() -> ApiKeyToken.random(new SecureRandom()));
        return organizations.bootstrap(key, ROLES, presetKey.isEmpty()).flatMap(made -> {
            if (!made.organizationCreated()) {
                return Uni.createFrom().item(Optional.empty());
            }
            Caller caller = new Caller(made.organization(), "bootstrap", "bootstrap", EnumSet.copyOf(ROLES));
            return createFlow
                    .create(caller, sampleFlow)
                    .map(flow -> Optional.of(new FirstStart(made.organization(), key, flow)));
        });
    }
}
