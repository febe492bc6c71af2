package dev.reflow.organization;

import java.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param organization the only organization whose things the caller can see
 * @param subject who it is for good: nobody else in the organization has it, ever
 * @param name what is written down as the author of a change; others may be called the same
 */
public record Caller(OrganizationId organization, String subject, String name, Set<Role> roles) implements Principal {
    public Caller {
        roles = Set.copyOf(roles);
    }

    @Override
    public String getName() {
        return name;
    }

    public boolean may(Permission permission) {
        return roles.stream().anyMatch(permission::isGivenBy);
    }

    /** Whether the visibility of a private flow does not hide it from the caller. */
    public boolean seesPrivateFlowsOf(@Nullable String creator) {
        return may(Permission.READ_PRIVATE) || subject.equals(creator);
    }
}
