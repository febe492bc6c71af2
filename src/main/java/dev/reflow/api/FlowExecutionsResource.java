package dev.reflow.api;

import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.flow.FlowId;
import dev.reflow.usecase.CancelExecution;
import dev.reflow.usecase.DeleteExecution;
import dev.reflow.usecase.ExecutionAccess;
import dev.reflow.usecase.FlowAccess;
import dev.reflow.usecase.PlanReExecution;
import dev.reflow.usecase.ReExecuteFlow;
import dev.reflow.usecase.StartExecution;
import io.quarkus.security.PermissionsAllowed;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

@Path("/api/flow-executions")
@Produces(JsonBody.MEDIA_TYPE)
@Tag(name = "Flow executions", description = "Runs of a flow, and their re-execution under the same id")
public class FlowExecutionsResource {
    /** How many executions there are on all pages. */
    static final String TOTAL_COUNT = "X-Total-Count";
    /** The generation that a re-execution has started, or had started when it is repeated. */
    static final String GENERATION = "X-Flow-Execution-Generation";

    static final String REPLAYED = "Idempotent-Replayed";
    private static final Pattern VISIBLE = Pattern.compile("^[!-~]*$");

    private final CurrentCaller caller;
    private final ExecutionAccess access;
    private final FlowAccess flows;
    private final ExecutionStore executions;
    private final StartExecution startExecution;
    private final ReExecuteFlow reExecuteFlow;
    private final CancelExecution cancelExecution;
    private final DeleteExecution deleteExecution;
    private final PlanReExecution planReExecution;

    FlowExecutionsResource(
            CurrentCaller caller,
            ExecutionAccess access,
            FlowAccess flows,
            ExecutionStore executions,
            StartExecution startExecution,
            ReExecuteFlow reExecuteFlow,
            CancelExecution cancelExecution,
            DeleteExecution deleteExecution,
            PlanReExecution planReExecution) {
        this.caller = caller;
        this.access = access;
        this.flows = flows;
        this.executions = executions;
        this.startExecution = startExecution;
        this.reExecuteFlow = reExecuteFlow;
        this.cancelExecution = cancelExecution;
        this.deleteExecution = deleteExecution;
        this.planReExecution = planReExecution;
    }

    @POST
    @PermissionsAllowed("operate")
    @Cancellable(false)
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(201)
    @Operation(operationId = "createFlowExecution", summary = "Execute a flow")
    @APIResponseSchema(value = FlowExecutionResponse.class, responseCode = "201", responseDescription = "The execution")
    @APIResponse(responseCode = "400", description = "The flow cannot be executed; or the input does not match it")
    @APIResponse(responseCode = "402")
    @APIResponse(responseCode = "404")
    public Uni<FlowExecutionResponse> create(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = JsonBody.MEDIA_TYPE,
                                            schema = @Schema(implementation = FlowExecutionCreateRequest.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "An input",
                                                            value = Examples.FLOW_EXECUTION_CREATE)))
                    JsonBody body) {
        Form form = new Form();
        FlowExecutionCreateRequest request = FlowExecutionCreateRequest.read(form, body);
        form.check();
        return startExecution
                .start(caller.get(), new FlowId(request.flowId()), request.input(), request.inputTaskName())
                .map(execution -> FlowExecutionResponse.of(execution, false));
    }

    @GET
    @PermissionsAllowed("read")
    @Operation(
            operationId = "listFlowExecutions",
            summary = "List a flow's executions",
            description = "Newest first, unless sorted otherwise.")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            headers =
                    @Header(
                            name = TOTAL_COUNT,
                            description = "How many executions there are on all pages",
                            schema = @Schema(type = SchemaType.INTEGER)),
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.ARRAY, implementation = FlowExecutionResponse.class)))
    @APIResponse(responseCode = "400")
    @APIResponse(responseCode = "404")
    public Uni<RestResponse<List<FlowExecutionResponse>>> list(@BeanParam FlowExecutionListParams params) {
        Form form = new Form();
        FlowExecutionListQuery query = params.read(form);
        form.check();
        FlowId flow = new FlowId(query.flowId());
        return flows.requireFlow(caller.get(), flow)
                .flatMap(found -> executions.list(caller.get().organization(), flow, query.query()))
                .map(listed -> RestResponse.ResponseBuilder.ok(listed.executions().stream()
                                .map(execution -> FlowExecutionResponse.of(execution, query.runNumber()))
                                .toList())
                        .header(TOTAL_COUNT, listed.total())
                        .build());
    }

    @GET
    @PermissionsAllowed("read")
    @Path("/{flow_execution_id}")
    @Operation(operationId = "getFlowExecution", summary = "Get an execution")
    @APIResponseSchema(value = FlowExecutionResponse.class, responseCode = "200", responseDescription = "The execution")
    @APIResponse(responseCode = "400")
    @APIResponse(responseCode = "404")
    public Uni<FlowExecutionResponse> get(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId,
            @BeanParam FlowExecutionIncludeParams include) {
        Form form = new Form();
        FlowExecutionId id = id(form, flowExecutionId);
        FlowExecutionIncludes includes = include.read(form);
        form.check();
        return access.requireExecution(caller.get(), id)
                .map(execution -> FlowExecutionResponse.of(execution, includes.runNumber()));
    }

    @DELETE
    @PermissionsAllowed("operate")
    @Cancellable(false)
    @Path("/{flow_execution_id}")
    @Operation(
            operationId = "deleteFlowExecution",
            summary = "Delete an execution",
            description = "It is no longer listed. Running work goes on.")
    @APIResponse(responseCode = "204", description = "Deleted, now or before")
    @APIResponse(responseCode = "404")
    public Uni<Void> delete(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId) {
        Form form = new Form();
        FlowExecutionId id = id(form, flowExecutionId);
        form.check();
        return deleteExecution.delete(caller.get(), id);
    }

    @POST
    @PermissionsAllowed("operate")
    @Cancellable(false)
    @Path("/{flow_execution_id}/cancel")
    @Operation(
            operationId = "cancelFlowExecution",
            summary = "Cancel an execution",
            description = "A finished one stays as it is.")
    @APIResponse(responseCode = "204", description = "Requested, or not needed")
    @APIResponse(responseCode = "404")
    public Uni<Void> cancel(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId) {
        Form form = new Form();
        FlowExecutionId id = id(form, flowExecutionId);
        form.check();
        return cancelExecution.cancel(caller.get(), id);
    }

    @POST
    @PermissionsAllowed("operate")
    @Cancellable(false)
    @Path("/{flow_execution_id}/execute")
    @Operation(operationId = "reExecuteFlow", summary = "Execute again, under the same id")
    @APIResponse(responseCode = "204", description = "Accepted")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "409", description = "The execution cannot be executed now")
    @APIResponse(responseCode = "412", description = "The plan of If-Match is not what would be carried out")
    public Uni<RestResponse<Void>> execute(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId,
            @QueryParam("only_stale")
                    @Parameter(
                            description = "Only the tasks whose results are stale, instead of all",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
                    @Nullable
                    String onlyStale,
            @HeaderParam("Idempotency-Key")
                    @Parameter(
                            description = "Repeating the request with the same key starts nothing again",
                            schema = @Schema(minLength = 1, maxLength = 255))
                    @Nullable
                    String idempotencyKey,
            @HeaderParam("If-Match")
                    @Parameter(description = "The tag of the plan that has to be carried out")
                    @Nullable
                    String ifMatchHeader) {
        Form form = new Form();
        FlowExecutionId id = id(form, flowExecutionId);
        boolean stale = form.query("only_stale", onlyStale).bool().or(false);
        String key = form.header("Idempotency-Key", idempotencyKey)
                .text()
                .atLeast(1)
                .atMost(255)
                .matching(VISIBLE)
                .orNull();
        String ifMatch = form.header("If-Match", ifMatchHeader)
                .text()
                .map(FlowExecutionsResource::unquoted)
                .orNull();
        form.check();
        long began = System.nanoTime();
        return reExecuteFlow
                .reExecute(caller.get(), id, stale, key, ifMatch)
                .map(accepted -> answer(accepted, System.nanoTime() - began));
    }

    @GET
    @PermissionsAllowed("read")
    @Path("/{flow_execution_id}/plan")
    @Operation(
            operationId = "planReExecution",
            summary = "Show what a re-execution would do",
            description = "Nothing is started. The ETag can be sent as If-Match with the re-execution.")
    @APIResponse(
            responseCode = "200",
            description = "The plan",
            headers = @Header(name = "ETag", description = "Of this plan", schema = @Schema(type = SchemaType.STRING)),
            content =
                    @Content(
                            mediaType = JsonBody.MEDIA_TYPE,
                            schema = @Schema(implementation = ReExecutionPlanResponse.class)))
    @APIResponse(responseCode = "404")
    public Uni<RestResponse<ReExecutionPlanResponse>> plan(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId,
            @QueryParam("only_stale")
                    @Parameter(
                            description = "Of only the tasks whose results are stale, instead of all",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "true"))
                    @Nullable
                    String onlyStale) {
        Form form = new Form();
        FlowExecutionId id = id(form, flowExecutionId);
        boolean stale = form.query("only_stale", onlyStale).bool().or(true);
        form.check();
        return planReExecution
                .plan(caller.get(), id, stale)
                .map(planned -> RestResponse.ResponseBuilder.ok(ReExecutionPlanResponse.of(planned))
                        .header("ETag", "\"" + planned.tag() + "\"")
                        .build());
    }

    @GET
    @PermissionsAllowed("read")
    @Path("/{flow_execution_id}/generations")
    @Operation(
            operationId = "listGenerations",
            summary = "List the generations of an execution",
            description = "Newest first.")
    @APIResponseSchema(
            value = GenerationsResponse.class,
            responseCode = "200",
            responseDescription = "The history of the execution")
    @APIResponse(responseCode = "404")
    public Uni<GenerationsResponse> generations(
            @PathParam("flow_execution_id") @Parameter(description = "The execution", schema = @Schema(format = "uuid"))
                    String flowExecutionId) {
        Form form = new Form();
        FlowExecutionId id = id(form, flowExecutionId);
        form.check();
        return access.requireExecution(caller.get(), id)
                .flatMap(execution -> executions.generations(caller.get().organization(), id))
                .map(GenerationsResponse::of);
    }

    static FlowExecutionId id(Form form, String raw) {
        return form.path("flow_execution_id", raw)
                .uuid()
                .map(FlowExecutionsResource::logged)
                .required();
    }

    private static FlowExecutionId logged(UUID id) {
        MDC.put("flow_execution_id", id.toString());
        return new FlowExecutionId(id);
    }

    private static RestResponse<Void> answer(ReExecuteFlow.Accepted accepted, long nanoseconds) {
        RestResponse.ResponseBuilder<Void> answer = RestResponse.ResponseBuilder.<Void>noContent()
                .header(GENERATION, accepted.generation())
                .header("Server-Timing", "commit;dur=" + Math.round(nanoseconds / 10_000.0) / 100.0);
        return accepted.replayed() ? answer.header(REPLAYED, "true").build() : answer.build();
    }

    private static @Nullable String unquoted(String tag) {
        String trimmed = tag.strip();
        if (trimmed.equals("*")) {
            return null; // any
        }
        boolean quoted = trimmed.length() > 1 && trimmed.startsWith("\"") && trimmed.endsWith("\"");
        return quoted ? trimmed.substring(1, trimmed.length() - 1) : trimmed;
    }
}
