package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.Definition;
import dev.reflow.flow.Flow;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowStore;
import dev.reflow.flow.Visibility;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Adds a draft with its first version. */
@ApplicationScoped
public class CreateFlow {
    private final FlowStore flows;
    private final DefinitionCheck check;

    CreateFlow(FlowStore flows, DefinitionCheck check) {
        this.flows = flows;
        this.check = check;
    }

    public record NewFlow(
            String displayName,
            @Nullable String description,
            JsonNode definition,
            Visibility visibility,
            @Nullable JsonNode settings,
            List<String> tags) {}

    public Uni<FlowAtVersion> create(Caller caller, NewFlow request) {
        Definition definition = check.requireValid(request.definition());
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Flow flow = new Flow(
                new FlowId(UUID.randomUUID()),
                caller.organization(),
                request.displayName(),
                request.description(),
                Flow.DRAFT,
                request.visibility(),
                request.settings(),
                request.tags(),
                1,
                0,
                caller.subject(),
                caller.name(),
                caller.name(),
                now,
                now);
        return flows.create(caller, flow, definition);
    }
}
