package dev.reflow.api;

import dev.reflow.execution.FlowExecutionId;
import dev.reflow.usecase.ReceiveWebhookData;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
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

@Path("/api/flow-executions/{flow_execution_id}/webhook-data")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flow executions")
@PermissionsAllowed("send-data")
public class WebhookDataResource {
    private final CurrentCaller caller;
    private final ReceiveWebhookData receiveWebhookData;

    WebhookDataResource(CurrentCaller caller, ReceiveWebhookData receiveWebhookData) {
        this.caller = caller;
        this.receiveWebhookData = receiveWebhookData;
    }

    @POST
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "sendWebhookData",
            summary = "Send data to a task that waits for it",
            description = "Before the flow gets there, too. The same data again is accepted and changes nothing.")
    @APIResponseSchema(
            value = WebhookDataAckResponse.class,
            responseCode = "200",
            responseDescription = "The data is kept, now or before")
    @APIResponse(responseCode = "400", description = "The task does not wait for a webhook")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "409", description = "The task or the execution has ended; nothing would take the data")
    public Uni<WebhookDataAckResponse> receive(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = WebhookDataCreateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "An approval",
                                                            value = Examples.WEBHOOK_DATA_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        FlowExecutionId id = FlowExecutionsResource.id(form, flowExecutionId);
        WebhookDataCreateRequest request = WebhookDataCreateRequest.read(form, body);
        form.check();
        return receiveWebhookData
                .receive(caller.get(), id, request.webhookData())
                .map(WebhookDataAckResponse::of);
    }
}
