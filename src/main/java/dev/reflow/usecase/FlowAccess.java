package dev.reflow.usecase;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Finds a flow for a caller, or says why not. */
@ApplicationScoped
public class FlowAccess {
    private final FlowStore flows;

    FlowAccess(FlowStore flows) {
        this.flows = flows;
    }

    /**
     * The flow with its latest version. Fails with {@code not_found} or, for somebody else's private flow,
     * {@code forbidden}.
     */
    public Uni<FlowAtVersion> requireFlow(Caller caller, FlowId id) {
        return flows.find(caller.organization(), id).map(found -> {
            FlowAtVersion flow = found.orElseThrow(() -> ReflowException.notFound("Flow"));
            if (!flow.flow().isVisibleTo(caller)) {
                throw new ReflowException(ErrorCode.FORBIDDEN, "The flow is private");
            }
            return flow;
        });
    }
}
