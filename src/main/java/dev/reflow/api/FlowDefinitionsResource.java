package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.FlowId;
import dev.reflow.usecase.PublishVersion;
import dev.reflow.usecase.ValidateDefinition;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
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
@PermissionsAllowed("author")
public class FlowDefinitionsResource {
    private final CurrentCaller caller;
    private final PublishVersion publishVersion;
    private final ValidateDefinition validateDefinition;
    private final FlowResponses responses;

    FlowDefinitionsResource(
            CurrentCaller caller,
            PublishVersion publishVersion,
            ValidateDefinition validateDefinition,
            FlowResponses responses) {
        this.caller = caller;
        this.publishVersion = publishVersion;
        this.validateDefinition = validateDefinition;
        this.responses = responses;
    }

    @PUT
    @Cancellable(false)
    @Path("/{flow_id}/definition")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "replaceFlowDefinition",
            summary = "Replace a draft's definition",
            description = "What is accepted becomes the next version.")
    @APIResponseSchema(
            value = FlowResponse.class,
            responseCode = "200",
            responseDescription = "The flow in its new version")
    @APIResponse(responseCode = "400", description = "The definition is not valid, or the flow is no draft")
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

    @PUT
    @Cancellable(false)
    @Path("/{flow_id}/task")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "replaceFlowTask",
            summary = "Replace or add one task of a draft",
            description = "A task of the same name is replaced where it stands, else the task is added. The definition"
                    + " that comes of it becomes the next version. Changes at the same time keep each other's tasks.")
    @APIResponseSchema(
            value = FlowResponse.class,
            responseCode = "200",
            responseDescription = "The flow in its new version")
    @APIResponse(
            responseCode = "400",
            description = "The definition would not be valid with this task, or the flow is no draft")
    @APIResponse(responseCode = "404")
    public Uni<FlowResponse> putTask(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @BeanParam FlowIncludeParams include,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = ObjectNode.class),
                                            examples = @ExampleObject(name = "A task", value = Examples.FLOW_TASK)))
                    JsonBody body) {
        Form form = new Form();
        FlowId id = FlowsResource.id(form, flowId);
        FlowIncludes includes = include.read(form);
        ObjectNode task = form.object(body);
        form.check();
        return publishVersion.publishWithTask(caller.get(), id, task).map(flow -> responses.of(flow, includes));
    }

    @POST
    @Path("/{flow_id}/validate")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "validateFlowDefinition",
            summary = "Check a definition",
            description = "Nothing is kept, and the flow may have any status.")
    @APIResponseSchema(
            value = FlowValidationResponse.class,
            responseCode = "200",
            responseDescription = "What is wrong with it, if anything is")
    @APIResponse(responseCode = "404")
    public Uni<FlowValidationResponse> validate(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @BeanParam FlowValidationParams include,
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
        FlowValidationIncludes includes = include.read(form);
        FlowDefinitionRequest request = FlowDefinitionRequest.read(form, body);
        form.check();
        return validateDefinition
                .validate(caller.get(), id, request.definition())
                .map(outcome -> responses.validation(outcome, includes));
    }
}
