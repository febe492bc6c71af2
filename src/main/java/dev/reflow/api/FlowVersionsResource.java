package dev.reflow.api;

import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.VersionStore;
import dev.reflow.usecase.FlowAccess;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/flows/{flow_id}/versions")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flows")
@Authenticated
public class FlowVersionsResource {
    private final CurrentCaller caller;
    private final FlowAccess access;
    private final VersionStore versions;
    private final FlowResponses responses;

    FlowVersionsResource(
            CurrentCaller caller,
            FlowAccess access,
            VersionStore versions,
            FlowResponses responses) {
        this.caller = caller;
        this.access = access;
        this.versions = versions;
        this.responses = responses;
    }

    @GET
    @Operation(summary = "List a flow's versions", description = "Newest first.")
    @APIResponse(
            responseCode = "200",
            description = "The versions",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = FlowResponse.class)))
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404")
    public Uni<List<FlowResponse>> list(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @BeanParam FlowIncludeParams include) {
        Form form = new Form();
        FlowId id = FlowsResource.id(form, flowId);
        FlowIncludes includes = include.read(form);
        form.check();
        return access.requireFlow(caller.get(), id)
                .flatMap(flow -> versions.list(caller.get().organization(), id)
                        .map(found -> found.stream()
                                .map(version -> responses.of(new FlowAtVersion(flow.flow(), version), includes))
                                .toList()));
    }
}
