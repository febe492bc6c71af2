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
 * @param proof what it is known by
 */
public record Caller(
        OrganizationId organization, String subject, String name, Set<Role> roles, Proof proof, Origin origin)
        implements Principal {
    public Caller {
        roles = Set.copyOf(roles);
    }

    /** A caller whose request is not known yet. */
    public Caller(OrganizationId organization, String subject, String name, Set<Role> roles, Credential credential) {
        this(organization, subject, name, roles, Proof.NONE, new Origin(credential, "", null, null));
    }

    public Caller provenBy(Proof given) {
        return new Caller(organization, subject, name, roles, given, origin);
    }

    /** The service itself, with the rights of an administrator. */
    public static Caller system(OrganizationId organization, String name, String operation) {
        return new Caller(
                organization,
                "system",
                name,
                Set.of(Role.ORG_ADMIN),
                Proof.NONE,
                new Origin(Credential.SYSTEM, operation, null, null));
    }

    /** The same caller in the course of a request. */
    public Caller asking(String operation, String requestId, @Nullable String traceParent) {
        return new Caller(
                organization,
                subject,
                name,
                roles,
                proof,
                new Origin(origin.credential(), operation, requestId, traceParent));
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
