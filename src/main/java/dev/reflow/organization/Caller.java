package dev.reflow.organization;

import java.security.Principal;
import java.util.Set;

/**
 * Who asks.
 *
 * @param organization the only organization whose things the caller can see
 * @param name what is written down as the author of a change
 */
public record Caller(OrganizationId organization, String name, Set<Role> roles) implements Principal {
    public Caller {
        roles = Set.copyOf(roles);
    }

    @Override
    public String getName() {
        return name;
    }

    /** Whether the visibility of a private flow does not hide it from the caller. */
    public boolean seesPrivateFlowsOf(String creator) {
        return isAdmin() || name.equals(creator);
    }

    public boolean may(Permission permission) {
        return roles.stream().anyMatch(permission::isGivenBy);
    }

    public boolean isAdmin() {
        return roles.contains(Role.ORG_ADMIN);
    }
}
