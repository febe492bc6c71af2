package dev.reflow.organization;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.UUID;

/** Keeps organizations, their service accounts and API keys. */
public interface OrganizationStore {
    /** The keys in force with this prefix. */
    Uni<List<ApiKey>> findApiKeys(String tokenPrefix);

    Uni<Boolean> exists(OrganizationId organization);

    /** Creates the caller's organization, named like its id, unless it is there. */
    Uni<Void> ensure(Caller caller);

    /**
     * What {@link #bootstrap} has done.
     *
     * @param organizationCreated whether there was none before
     * @param keyCreated whether the key was unknown
     */
    record Bootstrapped(OrganizationId organization, boolean organizationCreated, boolean keyCreated) {}

    /** A flow for a new organization to try, whose definition is valid. */
    record SampleFlow(UUID id, String displayName, String description, JsonNode definition, List<String> tags) {}

    /**
     * Makes sure, at once or not at all, that there is an organization and that the key opens the oldest one. Safe to be called by several
     * processes at once: only one of them creates.
     *
     * @param roles that the key gets if it is new
     * @param onlyWhenEmpty whether to leave everything as it is when there is an organization already
     * @param flow that the organization gets if it is new
     */
    Uni<Bootstrapped> bootstrap(ApiKeyToken key, List<Role> roles, boolean onlyWhenEmpty, SampleFlow flow);
}
