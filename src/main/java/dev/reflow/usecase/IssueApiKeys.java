package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.organization.ApiKeyToken;
import dev.reflow.organization.Caller;
import dev.reflow.organization.IssuedApiKey;
import dev.reflow.organization.Role;
import dev.reflow.organization.ServiceAccountStore;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Gives service accounts their keys, and takes them away. */
@ApplicationScoped
public class IssueApiKeys {
    private final ServiceAccountStore accounts;
    private final SecureRandom random = new SecureRandom();

    IssueApiKeys(ServiceAccountStore accounts) {
        this.accounts = accounts;
    }

    /** @param token is known to nobody afterwards but to whom it is shown */
    public record Created(IssuedApiKey key, ApiKeyToken token) {}

    public Uni<Created> create(Caller caller, UUID account, String name, @Nullable String description) {
        ApiKeyToken token = ApiKeyToken.random(random);
        return accounts.createKey(caller, account, token, Set.of(Role.INTEGRATION), name, description)
                .map(key -> new Created(key.orElseThrow(() -> ReflowException.notFound("Service account")), token));
    }

    public Uni<IssuedApiKey> update(Caller caller, UUID account, UUID key, ServiceAccountStore.Change change) {
        return accounts.updateKey(caller, account, key, change)
                .map(updated -> updated.orElseThrow(() -> ReflowException.notFound("API key")));
    }

    public Uni<Void> revoke(Caller caller, UUID account, UUID key) {
        return accounts.revokeKey(caller, account, key)
                .invoke(revoked -> {
                    if (!revoked) {
                        throw ReflowException.notFound("API key");
                    }
                })
                .replaceWithVoid();
    }
}
