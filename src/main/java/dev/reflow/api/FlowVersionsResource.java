package dev.reflow.api;

import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.VersionStore;
import dev.reflow.usecase.DescribeVersion;
import dev.reflow.usecase.FlowAccess;
import dev.reflow.usecase.RestoreVersion;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

@Path("/api/flows/{flow_id}/versions")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flows")
public class FlowVersionsResource {
    private final CurrentCaller caller;
    private final FlowAccess access;
    private final VersionStore versions;
    private final DescribeVersion describeVersion;
    private final RestoreVersion restoreVersion;
    private final FlowResponses responses;

    FlowVersionsResource(
            CurrentCaller caller,
            FlowAccess access,
            VersionStore versions,
            DescribeVersion describeVersion,
            RestoreVersion restoreVersion,
            FlowResponses responses) {
        this.caller = caller;
        this.access = access;
        this.versions = versions;
        this.describeVersion = describeVersion;
        this.restoreVersion = restoreVersion;
        this.responses = responses;
    }

    @GET
    @PermissionsAllowed("read")
    @Operation(operationId = "listFlowVersions", summary = "List a flow's versions", description = "Newest first.")
    @APIResponse(
            responseCode = "200",
            description = "The versions",
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = FlowResponse.class)))
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

    @GET
    @PermissionsAllowed("read")
    @Path("/summary")
    @Operation(
            operationId = "listFlowVersionSummaries",
            summary = "List a flow's versions without their definitions",
            description = "Newest first.")
    @APIResponseSchema(
            value = PaginatedFlowVersionSummaryResponse.class,
            responseCode = "200",
            responseDescription = "One page")
    @APIResponse(responseCode = "404")
    public Uni<PaginatedFlowVersionSummaryResponse> summaries(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @BeanParam FlowVersionListParams params) {
        Form form = new Form();
        FlowId id = FlowsResource.id(form, flowId);
        FlowVersionListQuery query = params.read(form);
        form.check();
        return access.requireFlow(caller.get(), id)
                .flatMap(flow -> versions.summaries(caller.get().organization(), id, query.query()))
                .map(listed -> PaginatedFlowVersionSummaryResponse.of(listed, query.page()));
    }

    @GET
    @PermissionsAllowed("read")
    @Path("/{version}")
    @Operation(operationId = "getFlowVersion", summary = "Get a flow in one of its versions")
    @APIResponseSchema(value = FlowResponse.class, responseCode = "200", responseDescription = "The flow")
    @APIResponse(responseCode = "404")
    public Uni<FlowResponse> get(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @PathParam("version") @Parameter(description = "The version", schema = @Schema(type = SchemaType.INTEGER))
                    String version,
            @BeanParam FlowIncludeParams include) {
        Form form = new Form();
        FlowId id = FlowsResource.id(form, flowId);
        int number = version(form, version);
        FlowIncludes includes = include.read(form);
        form.check();
        return access.requireVersion(caller.get(), id, number).map(flow -> responses.of(flow, includes));
    }

    @PATCH
    @PermissionsAllowed("author")
    @Cancellable(false)
    @Path("/{version}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "updateFlowVersion",
            summary = "Name or mark a version",
            description = "What is absent or null stays as it is.")
    @APIResponseSchema(
            value = FlowVersionSummaryResponse.class,
            responseCode = "200",
            responseDescription = "The version without its definition")
    @APIResponse(responseCode = "404")
    public Uni<FlowVersionSummaryResponse> patch(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @PathParam("version") @Parameter(description = "The version", schema = @Schema(type = SchemaType.INTEGER))
                    String version,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = FlowVersionPatchRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "A name and a mark",
                                                            value = Examples.FLOW_VERSION_PATCH)))
                    JsonBody body) {
        Form form = new Form();
        FlowId id = FlowsResource.id(form, flowId);
        int number = version(form, version);
        FlowVersionPatchRequest request = FlowVersionPatchRequest.read(form, body);
        form.check();
        return describeVersion
                .describe(caller.get(), id, number, request.name(), request.isFavourite())
                .map(FlowVersionSummaryResponse::of);
    }

    @POST
    @PermissionsAllowed("author")
    @Cancellable(false)
    @Path("/{version}/restore")
    @Operation(
            operationId = "restoreFlowVersion",
            summary = "Restore an earlier version of a draft",
            description = "Its definition becomes the next version; those in between stay.")
    @APIResponseSchema(
            value = FlowResponse.class,
            responseCode = "200",
            responseDescription = "The flow in its new version")
    @APIResponse(responseCode = "400", description = "It is the latest version, or the flow is no draft")
    @APIResponse(responseCode = "404")
    public Uni<FlowResponse> restore(
            @PathParam("flow_id") @Parameter(description = "The flow", schema = @Schema(format = "uuid")) String flowId,
            @PathParam("version") @Parameter(description = "The version", schema = @Schema(type = SchemaType.INTEGER))
                    String version,
            @BeanParam FlowIncludeParams include) {
        Form form = new Form();
        FlowId id = FlowsResource.id(form, flowId);
        int number = version(form, version);
        FlowIncludes includes = include.read(form);
        form.check();
        return restoreVersion.restore(caller.get(), id, number).map(flow -> responses.of(flow, includes));
    }

    private static int version(Form form, String raw) {
        return form.path("version", raw).integer().required();
    }
}
