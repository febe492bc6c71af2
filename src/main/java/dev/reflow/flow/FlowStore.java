package dev.reflow.flow;

import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps flows and their versions. Deleted flows are not there. */
public interface FlowStore {
    /** Adds a flow with its version 1. */
    Uni<FlowAtVersion> create(Flow flow, Definition definition);

    /** The flow with its latest version. */
    Uni<Optional<FlowAtVersion>> find(OrganizationId organization, FlowId id);

    /** Flows that the caller may see, each with its latest version. */
    Uni<Listed> list(Caller caller, FlowQuery query);

    /** @param total how many flows the query has on all pages */
    record Listed(List<FlowAtVersion> flows, long total) {}

    /** How many executions the latest version of each flow has. */
    Uni<Map<FlowId, Integer>> countExecutionsOfLatestVersions(Collection<FlowId> flows);

    /** All versions, newest first. */
    Uni<List<FlowVersion>> versions(FlowId id);

    /**
     * Adds the next version. Concurrent calls get numbers of their own.
     *
     * @return the flow with the new version; empty when there is no such flow or it is no draft any more
     */
    Uni<Optional<FlowAtVersion>> publish(OrganizationId organization, FlowId id, Definition definition, String author);
}
