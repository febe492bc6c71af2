package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowChange;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Changes what a flow is called, who sees it, how it is kept and which status it has, or deletes it. */
@ApplicationScoped
public class ChangeFlow {
    private final FlowAccess access;
    private final FlowStore flows;

    ChangeFlow(FlowAccess access, FlowStore flows) {
        this.access = access;
        this.flows = flows;
    }

    public Uni<FlowAtVersion> change(Caller caller, FlowId id, FlowChange change) {
        return access.requireChangeableFlow(caller, id)
                .flatMap(flow -> flows.change(caller, id, change))
                .map(changed -> changed.orElseThrow(() -> ReflowException.notFound("Flow")));
    }

    /** Hides the flow from everybody. Its executions stay, and run on. */
    public Uni<Void> delete(Caller caller, FlowId id) {
        return access.requireChangeableFlow(caller, id)
                .flatMap(flow -> flows.delete(caller, id))
                .invoke(deleted -> {
                    if (!deleted) {
                        throw ReflowException.notFound("Flow");
                    }
                })
                .replaceWithVoid();
    }
}
