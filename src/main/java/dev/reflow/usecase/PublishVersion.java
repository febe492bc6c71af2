package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Gives a draft a new latest version. */
@ApplicationScoped
public class PublishVersion {
    private final FlowAccess access;
    private final FlowStore flows;
    private final DefinitionCheck check;

    PublishVersion(FlowAccess access, FlowStore flows, DefinitionCheck check) {
        this.access = access;
        this.flows = flows;
        this.check = check;
    }

    public Uni<FlowAtVersion> publish(Caller caller, FlowId id, JsonNode json) {
        return access.requireChangeableFlow(caller, id).flatMap(flow -> {
            Definition definition = check.requireValid(json);
            return publish(caller, id, latest -> definition);
        });
    }

    /** Replaces the task of that name in the latest version, or adds it. Tasks that others change meanwhile stay theirs. */
    public Uni<FlowAtVersion> publishWithTask(Caller caller, FlowId id, ObjectNode task) {
        return access.requireChangeableFlow(caller, id)
                .flatMap(flow -> publish(
                        caller,
                        id,
                        latest ->
                                check.requireValid(latest.version().definition().jsonWith(task))));
    }

    Uni<FlowAtVersion> publish(Caller caller, FlowId id, FlowStore.NextVersion next) {
        FlowStore.NextVersion ofDraft = latest -> {
            latest.flow().requireChangeableBy(caller);
            latest.flow().requireDraft();
            return next.after(latest);
        };
        return flows.publish(caller, id, ofDraft)
                .map(published -> published.orElseThrow(() -> ReflowException.notFound("Flow")));
    }
}
