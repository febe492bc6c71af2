package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.VersionStore;
import dev.reflow.flow.VersionSummary;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Names a version of a flow, or marks it as a favourite, whatever the flow's status. */
@ApplicationScoped
public class DescribeVersion {
    private final FlowAccess access;
    private final VersionStore versions;

    DescribeVersion(FlowAccess access, VersionStore versions) {
        this.access = access;
        this.versions = versions;
    }

    /** What is null stays as it is. */
    public Uni<VersionSummary> describe(
            Caller caller, FlowId id, int version, @Nullable String name, @Nullable Boolean favourite) {
        return access.requireChangeableFlow(caller, id)
                .flatMap(flow -> versions.describe(caller, id, version, name, favourite))
                .map(described -> described.orElseThrow(() -> ReflowException.notFound("Flow version")));
    }
}
