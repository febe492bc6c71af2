package dev.reflow.api;

import dev.reflow.execution.FlowExecutionId;
import dev.reflow.organization.Caller;
import dev.reflow.usecase.ExecutionAccess;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

@Path("/api/flow-executions/{flow_execution_id}/events")
@Tag(name = "Flow executions")
@PermissionsAllowed("read")
public class ExecutionEventsResource {
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    /** What fits into the numbers that events have. */
    private static final String NUMBER = "^[0-9]{1,18}$";

    private static final Pattern IS_NUMBER = Pattern.compile(NUMBER);

    private final CurrentCaller caller;
    private final ExecutionAccess access;
    private final LiveEvents live;
    private final EventStreams streams;

    ExecutionEventsResource(CurrentCaller caller, ExecutionAccess access, LiveEvents live, EventStreams streams) {
        this.caller = caller;
        this.access = access;
        this.live = live;
        this.streams = streams;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "followFlowExecution",
            summary = "Follow an execution",
            description = "Server-sent events, one per change of a status, each once and in the order of the changes:"
                    + " first what the log has after Last-Event-ID, then what happens. The stream does not end with the"
                    + " execution, which may be executed again. It ends after a time, when the client does not keep up or"
                    + " may not read the execution any more, and when the service stops; a client that sends the id of"
                    + " its last event again misses nothing.")
    @APIResponse(
            responseCode = "200",
            description = "Each event's data is one JSON object",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            schema = @Schema(implementation = ExecutionEventResponse.class),
                            examples = @ExampleObject(name = "Two events", value = Examples.EXECUTION_EVENTS)))
    @APIResponse(responseCode = "403")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "503", description = "This process serves no more connections at the moment")
    public Uni<Void> follow(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId,
            @HeaderParam(LAST_EVENT_ID)
                    @Parameter(
                            description = "The last event that the client has seen; everything in the log if absent",
                            schema = @Schema(pattern = NUMBER))
                    @Nullable
                    String lastEventId,
            @Context SseEventSink sink,
            @Context Sse sse,
            @Context RoutingContext context) {
        Form form = new Form();
        FlowExecutionId id = FlowExecutionsResource.id(form, flowExecutionId);
        String last = form.header(LAST_EVENT_ID, lastEventId)
                .text()
                .matching(IS_NUMBER)
                .or("0");
        form.check();
        Caller listener = caller.get();
        return access.requireExecution(listener, id)
                .invoke(live::requireRoom)
                .flatMap(execution ->
                        streams.open(live.ofExecution(listener, execution, Long.parseLong(last)), sink, sse, context));
    }
}
