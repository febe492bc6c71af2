package dev.reflow.usecase;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Flow;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowStore;
import dev.reflow.flow.VersionStore;
import dev.reflow.organization.Caller;
import dev.reflow.organization.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Finds a flow for a caller, or says why not. */
@ApplicationScoped
public class FlowAccess {
    private final FlowStore flows;
    private final VersionStore versions;

    FlowAccess(FlowStore flows, VersionStore versions) {
        this.flows = flows;
        this.versions = versions;
    }

    /**
     * The flow with its latest version. Fails with {@code not_found} or, for somebody else's private flow,
     * {@code forbidden}.
     */
    public Uni<FlowAtVersion> requireFlow(Caller caller, FlowId id) {
        return flows.find(caller.organization(), id)
                .map(found -> found.filter(flow -> caller.may(Permission.READ_ALL))
                        .orElseThrow(() -> ReflowException.notFound("Flow")))
                .invoke(found -> requireVisible(caller, found.flow()));
    }

    /** Fails like {@link #requireFlow}, and reads no definition. */
    public Uni<Void> requireReadable(Caller caller, FlowId id) {
        return flows.findWithoutVersion(caller.organization(), id)
                .map(found -> found.filter(flow -> caller.may(Permission.READ_ALL))
                        .orElseThrow(() -> ReflowException.notFound("Flow")))
                .invoke(found -> requireVisible(caller, found))
                .replaceWithVoid();
    }

    /** Fails like {@link #requireFlow}, and with {@code forbidden} where the caller may only read it. */
    Uni<FlowAtVersion> requireChangeableFlow(Caller caller, FlowId id) {
        return requireFlow(caller, id).invoke(found -> found.flow().requireChangeableBy(caller));
    }

    /** The flow with a version of it. Fails like {@link #requireFlow}. */
    public Uni<FlowAtVersion> requireVersion(Caller caller, FlowId id, int version) {
        return requireFlow(caller, id)
                .flatMap(latest -> latest.version().version() == version
                        ? Uni.createFrom().item(latest)
                        : versions.find(caller.organization(), id, version)
                                .map(found -> found.orElseThrow(() -> ReflowException.notFound("Flow version")))
                                .map(found -> new FlowAtVersion(latest.flow(), found)));
    }

    /** Fails with {@code forbidden} when executions of the flow are not the caller's business. They outlive the flow. */
    public Uni<Void> requireExecutionsOf(Caller caller, FlowId id) {
        return flows.findEvenDeleted(caller.organization(), id)
                .map(found -> found.orElseThrow(() -> ReflowException.notFound("Flow")))
                .invoke(found -> requireVisible(caller, found))
                .replaceWithVoid();
    }

    private static void requireVisible(Caller caller, Flow flow) {
        if (!flow.isVisibleTo(caller)) {
            throw new ReflowException(ErrorCode.FORBIDDEN, "The flow is private");
        }
    }
}
