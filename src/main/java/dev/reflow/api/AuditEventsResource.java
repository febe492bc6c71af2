package dev.reflow.api;

import dev.reflow.organization.AuditEvent;
import dev.reflow.organization.AuditEventStore;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/audit-events")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Audit", description = "Who has changed what")
@PermissionsAllowed("administer")
public class AuditEventsResource {
    private final CurrentCaller caller;
    private final AuditEventStore events;

    AuditEventsResource(CurrentCaller caller, AuditEventStore events) {
        this.caller = caller;
        this.events = events;
    }

    @GET
    @Operation(
            operationId = "listAuditEvents",
            summary = "List the records of changes",
            description = "Newest first: one for each thing that a request, or the service itself, has changed. Records"
                    + " are written together with the change, and are never altered.")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = AuditEventResponse.class)))
    public Uni<List<AuditEventResponse>> list(@BeanParam AuditEventListParams params) {
        Form form = new Form();
        AuditEvent.Query query = params.read(form);
        form.check();
        return events.list(caller.get().organization(), query)
                .map(found -> found.stream().map(AuditEventResponse::of).toList());
    }
}
