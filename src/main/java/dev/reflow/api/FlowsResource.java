package dev.reflow.api;

import dev.reflow.flow.FlowChange;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowStore;
import dev.reflow.flow.Visibility;
import dev.reflow.usecase.ChangeFlow;
import dev.reflow.usecase.CreateFlow;
import dev.reflow.usecase.FlowAccess;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.server.Cancellable;

@Path("/api/flows")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flows", description = "What is executed: definitions and their versions")
public class FlowsResource {
    private final CurrentCaller caller;
    private final FlowAccess access;
    private final FlowStore flows;
    private final CreateFlow createFlow;
    private final ChangeFlow changeFlow;
    private final FlowResponses responses;

    FlowsResource(
            CurrentCaller caller,
            FlowAccess access,
            FlowStore flows,
            CreateFlow createFlow,
            ChangeFlow changeFlow,
            FlowResponses responses) {
        this.caller = caller;
        this.access = access;
        this.flows = flows;
        this.createFlow = createFlow;
        this.changeFlow = changeFlow;
        this.responses = responses;
    }

    @POST
    @PermissionsAllowed("author")
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(201)
    @Operation(operationId = "createFlow", summary = "Create a flow")
    @APIResponseSchema(value = FlowResponse.class, responseCode = "201", responseDescription = "The flow")
    @APIResponse(responseCode = "400", description = "The definition is not valid")
    @APIResponse(responseCode = "409")
    public Uni<FlowResponse> create(
            @BeanParam FlowIncludeParams include,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = FlowCreateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A flow of two tasks",
                                                            value = Examples.FLOW_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        FlowIncludes includes = include.read(form);
        FlowCreateRequest request = FlowCreateRequest.read(form, body);
        form.check();
        CreateFlow.NewFlow flow = new CreateFlow.NewFlow(
                request.displayName(),
                request.description(),
                request.definition(),
                request.visibility() == null ? Visibility.ORGANIZATION : request.visibility(),
                responses.json(request.settings()),
                request.tags());
        return createFlow.create(caller.get(), flow).map(created -> responses.of(created, includes));
    }

    @GET
    @PermissionsAllowed("read")
    @Operation(
            operationId = "listFlows",
            summary = "List flows",
            description = "Newest first, unless sorted otherwise.")
    public Uni<PaginatedFlowResponse> list(@BeanParam FlowListParams params, @BeanParam FlowIncludeParams include) {
        Form form = new Form();
        FlowListQuery query = params.read(form);
        FlowIncludes includes = include.read(form);
        form.check();
        if (query.organization() != null
                && !query.organization().equals(caller.get().organization())) {
            return Uni.createFrom()
                    .item(new PaginatedFlowResponse(
                            List.of(), 0, query.page().number(), query.page().size()));
        }
        return flows.list(caller.get(), query.query())
                .flatMap(listed ->
                        latestVersionCounts(listed, query).map(counts -> page(listed, counts, query, includes)));
    }

    @GET
    @PermissionsAllowed("read")
    @Path("/{flow_id}")
    @Operation(operationId = "getFlow", summary = "Get a flow in its latest version")
    @APIResponseSchema(value = FlowResponse.class, responseCode = "200", responseDescription = "The flow")
    @APIResponse(responseCode = "404")
    public Uni<FlowResponse> get(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @BeanParam FlowIncludeParams include) {
        Form form = new Form();
        FlowId id = id(form, flowId);
        FlowIncludes includes = include.read(form);
        form.check();
        return access.requireFlow(caller.get(), id).map(flow -> responses.of(flow, includes));
    }

    @PATCH
    @PermissionsAllowed("author")
    @Cancellable(false)
    @Path("/{flow_id}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "updateFlow",
            summary = "Change a flow",
            description = "What is absent or null stays as it is. Settings are replaced as a whole.")
    @APIResponseSchema(
            value = FlowResponse.class,
            responseCode = "200",
            responseDescription = "The flow in its latest version")
    @APIResponse(responseCode = "400")
    @APIResponse(responseCode = "404")
    public Uni<FlowResponse> patch(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @BeanParam FlowIncludeParams include,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = FlowPatchRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "Publish it and keep executions for a day",
                                                            value = Examples.FLOW_PATCH)))
                    JsonBody body) {
        Form form = new Form();
        FlowId id = id(form, flowId);
        FlowIncludes includes = include.read(form);
        FlowPatchRequest request = FlowPatchRequest.read(form, body);
        form.check();
        FlowChange change = new FlowChange(
                request.displayName(),
                request.description(),
                request.status(),
                request.visibility(),
                responses.json(request.settings()),
                request.tags());
        return changeFlow.change(caller.get(), id, change).map(flow -> responses.of(flow, includes));
    }

    @DELETE
    @PermissionsAllowed("author")
    @Cancellable(false)
    @Path("/{flow_id}")
    @Operation(
            operationId = "deleteFlow",
            summary = "Delete a flow",
            description = "It is gone for everybody and cannot be started any more. Its executions stay.")
    @APIResponse(responseCode = "204", description = "Deleted")
    @APIResponse(responseCode = "404")
    public Uni<Void> delete(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid"))
                    String flowId) {
        Form form = new Form();
        FlowId id = id(form, flowId);
        form.check();
        return changeFlow.delete(caller.get(), id);
    }

    static FlowId id(Form form, String raw) {
        return form.path("flow_id", raw).uuid().map(FlowId::new).required();
    }

    private Uni<Map<FlowId, Integer>> latestVersionCounts(FlowStore.Listed listed, FlowListQuery query) {
        return query.latestVersionExecutionsCount()
                ? flows.countExecutionsOfLatestVersions(
                        caller.get().organization(),
                        listed.flows().stream().map(flow -> flow.flow().id()).toList())
                : Uni.createFrom().item(Map.of());
    }

    private PaginatedFlowResponse page(
            FlowStore.Listed listed, Map<FlowId, Integer> counts, FlowListQuery query, FlowIncludes includes) {
        List<FlowResponse> page = listed.flows().stream()
                .map(flow -> responses.of(flow, includes, counts.get(flow.flow().id())))
                .toList();
        return new PaginatedFlowResponse(
                page, listed.total(), query.page().number(), query.page().size());
    }
}
