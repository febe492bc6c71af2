package dev.reflow.api;

import dev.reflow.flow.FlowId;
import dev.reflow.usecase.PublishVersion;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

@Path("/api/flows")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flows")
@Authenticated
public class FlowDefinitionsResource {
    private final CurrentCaller caller;
    private final PublishVersion publishVersion;
    private final FlowResponses responses;

    FlowDefinitionsResource(
            CurrentCaller caller,
            PublishVersion publishVersion,
            FlowResponses responses) {
        this.caller = caller;
        this.publishVersion = publishVersion;
        this.responses = responses;
    }

    @PUT
    @Cancellable(false)
    @Path("/{flow_id}/definition")
    @Consumes(MediaType.WILDCARD)
    @Operation(summary = "Replace a draft's definition", description = "What is accepted becomes the next version.")
    @APIResponseSchema(
            value = FlowResponse.class,
            responseCode = "200",
            responseDescription = "The flow in its new version")
    @APIResponse(responseCode = "400", description = "The definition is not valid, or the flow is no draft")
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404")
    public Uni<FlowResponse> putDefinition(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @BeanParam FlowIncludeParams include,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = FlowDefinitionRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A definition of two tasks",
                                                            value = Examples.FLOW_DEFINITION)))
                    JsonBody body) {
        Form form = new Form();
        FlowId id = FlowsResource.id(form, flowId);
        FlowIncludes includes = include.read(form);
        FlowDefinitionRequest request = FlowDefinitionRequest.read(form, body);
        form.check();
        return publishVersion.publish(caller.get(), id, request.definition()).map(flow -> responses.of(flow, includes));
    }
}
