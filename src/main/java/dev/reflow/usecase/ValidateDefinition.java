package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.DefinitionReader;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Says what is wrong with a definition that a flow might get. Nothing is kept. */
@ApplicationScoped
public class ValidateDefinition {
    private final FlowAccess access;
    private final DefinitionCheck check;

    ValidateDefinition(FlowAccess access, DefinitionCheck check) {
        this.access = access;
        this.check = check;
    }

    public Uni<DefinitionReader.Outcome> validate(Caller caller, FlowId id, JsonNode json) {
        return access.requireFlow(caller, id).map(flow -> check.check(json));
    }
}
