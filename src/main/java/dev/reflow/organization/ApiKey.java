package dev.reflow.organization;

import java.security.MessageDigest;
import java.util.Set;
import java.util.UUID;

/**
 * An API key that is in force.
 *
 * @param serviceAccount that acts with it
 * @param owner what it is called
 */
public record ApiKey(
        UUID id, OrganizationId organization, UUID serviceAccount, String owner, Set<Role> roles, byte[] tokenHash) {
    /** Compares in a time that does not depend on where the difference is. */
    public boolean isOf(ApiKeyToken token) {
        return MessageDigest.isEqual(tokenHash, token.hash());
    }

    public Caller caller() {
        return new Caller(organization, serviceAccount.toString(), owner, roles, Credential.API_KEY)
                .provenBy(Proof.key(id));
    }
}
