package dev.reflow.flow;

import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the versions of flows, and keeps what people call them. Those of deleted flows are not there. */
public interface VersionStore {
    /** All versions, newest first. */
    Uni<List<FlowVersion>> list(OrganizationId organization, FlowId flow);

    Uni<Optional<FlowVersion>> find(OrganizationId organization, FlowId flow, int version);

    /** Newest first. */
    Uni<Listed> summaries(OrganizationId organization, FlowId flow, VersionQuery query);

    /** @param total how many versions the query has on all pages */
    record Listed(List<VersionSummary> versions, long total) {}

    /**
     * Names or marks a version. What is null stays as it is.
     *
     * @return empty when there is no such version
     */
    Uni<Optional<VersionSummary>> describe(
            Caller caller, FlowId flow, int version, @Nullable String name, @Nullable Boolean favourite);
}
