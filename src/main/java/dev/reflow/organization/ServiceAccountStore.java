package dev.reflow.organization;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps service accounts and their keys. Each call is one transaction; empty and false mean that there is none. */
public interface ServiceAccountStore {

    /** @param name null to leave it as it is; a description likewise */
    record Change(@Nullable String name, @Nullable String description, boolean describes) {}

    Uni<ServiceAccount> create(Caller caller, String name, @Nullable String description);

    /** Newest first. */
    Uni<List<ServiceAccount>> list(OrganizationId organization, int offset, int limit);

    Uni<Optional<ServiceAccount>> find(OrganizationId organization, UUID account);

    Uni<Optional<ServiceAccount>> update(Caller caller, UUID account, Change change);

    /** Removes the account with its keys, for good. */
    Uni<Boolean> delete(Caller caller, UUID account);

    /** @param roles what callers with the key may act as */
    Uni<Optional<IssuedApiKey>> createKey(
            Caller caller, UUID account, ApiKeyToken token, Set<Role> roles, String name, @Nullable String description);

    /** Newest first; empty when there is no such account. */
    Uni<Optional<List<IssuedApiKey>>> listKeys(OrganizationId organization, UUID account, int offset, int limit);

    Uni<Optional<IssuedApiKey>> updateKey(Caller caller, UUID account, UUID key, Change change);

    /** The key opens nothing from now on. */
    Uni<Boolean> revokeKey(Caller caller, UUID account, UUID key);

    /** Whether the key still opens something. */
    Uni<Boolean> isInForce(OrganizationId organization, UUID key);

    /** Writes down that keys were used just now. */
    Uni<Void> used(Collection<UUID> keys);
}
