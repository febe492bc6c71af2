package dev.reflow.flow;

import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps flows. Deleted ones are not there. */
public interface FlowStore {
    /** Adds a flow with its version 1. */
    Uni<FlowAtVersion> create(Caller caller, Flow flow, Definition definition);

    /** The flow with its latest version. */
    Uni<Optional<FlowAtVersion>> find(OrganizationId organization, FlowId id);

    /** The flow without a version. */
    Uni<Optional<Flow>> findWithoutVersion(OrganizationId organization, FlowId id);

    /** The flow without a version, even if it is deleted. */
    Uni<Optional<Flow>> findEvenDeleted(OrganizationId organization, FlowId id);

    /** Flows that the caller may see, each with its latest version. */
    Uni<Listed> list(Caller caller, FlowQuery query);

    /** @param total how many flows the query has on all pages */
    record Listed(List<FlowAtVersion> flows, long total) {}

    /** How many executions the latest version of each flow has. */
    Uni<Map<FlowId, Integer>> countExecutionsOfLatestVersions(OrganizationId organization, Collection<FlowId> flows);

    /**
     * Changes a flow, not its definition.
     *
     * @return the flow with its latest version; empty when there is no such flow
     */
    Uni<Optional<FlowAtVersion>> change(Caller caller, FlowId id, FlowChange change);

    /**
     * Hides a flow and its versions from every reader. Its executions stay.
     *
     * @return whether it was there
     */
    Uni<Boolean> delete(Caller caller, FlowId id);

    /** Makes the next version while nobody else can change the flow. */
    @FunctionalInterface
    interface NextVersion {
        Definition after(FlowAtVersion latest);
    }

    /**
     * Adds the next version. Fails, and changes nothing, when {@code next} does. Concurrent calls get numbers of their
     * own, and each sees what the one before has made.
     *
     * @return the flow with the new version; empty when there is no such flow
     */
    Uni<Optional<FlowAtVersion>> publish(Caller caller, FlowId id, NextVersion next);
}
