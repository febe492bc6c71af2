package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.ApiResponse;
import org.openapitools.client.api.FlowExecutionsApi;
import org.openapitools.client.api.FlowExecutionsApi.APIReExecuteFlowRequest;
import org.openapitools.client.api.FlowsApi;
import org.openapitools.client.api.FlowsApi.APICreateFlowRequest;
import org.openapitools.client.api.FlowsApi.APIListFlowsRequest;
import org.openapitools.client.api.FlowsApi.APIReplaceFlowDefinitionRequest;
import org.openapitools.client.api.TaskExecutionsApi;
import org.openapitools.client.api.TaskExecutionsApi.APIListTaskExecutionsRequest;
import org.openapitools.client.model.Action;
import org.openapitools.client.model.EditedStatus;
import org.openapitools.client.model.ErrorResponse;
import org.openapitools.client.model.ExecutionStatus;
import org.openapitools.client.model.FlowCreateRequest;
import org.openapitools.client.model.FlowDefinitionRequest;
import org.openapitools.client.model.FlowExecutionCreateRequest;
import org.openapitools.client.model.FlowExecutionResponse;
import org.openapitools.client.model.FlowResponse;
import org.openapitools.client.model.GenerationResponse;
import org.openapitools.client.model.ReExecutionPlanResponse;
import org.openapitools.client.model.TaskExecutionResponse;
import org.openapitools.client.model.TaskExecutionUpdateRequest;
import org.openapitools.client.model.TaskPlanResponse;
import org.openapitools.client.model.ValidationErrorResponse;

/** The tour of README with a client that was generated from the document. */
class GeneratedClientIT {
    private static final String KEY = "saf_generated-client";
    private static final Map<String, Object> INVOICE = Map.of(
            "items",
            List.of(
                    Map.of("name", "desk", "quantity", 2, "price", 150),
                    Map.of("name", "lamp", "quantity", 4, "price", 25.5)));

    @TempDir
    static Path temp;

    static ReflowProcess service;

    private final ApiClient client = client(KEY);
    private final FlowsApi flows = new FlowsApi(client);
    private final FlowExecutionsApi executions = new FlowExecutionsApi(client);
    private final TaskExecutionsApi tasks = new TaskExecutionsApi(client);

    @BeforeAll
    static void start() throws Exception {
        service = ReflowProcess.start(temp.toRealPath().resolve("data"), Map.of("REFLOW_BOOTSTRAP_API_KEY", KEY));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static ApiClient client(String key) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(service.url());
        client.setRequestInterceptor(request -> request.header("X-API-Key", key));
        return client;
    }

    @Test
    void clientIsGeneratedFromWhatIsServed() throws Exception {
        assertThat(service.client("").get("/q/openapi?format=json").expect(200).json())
                .isEqualTo(new ObjectMapper()
                        .readTree(Path.of("src/test/resources/openapi.json").toFile()));
    }

    @Test
    void tour() throws Exception {
        UUID flow = createFlow(invoiceDefinition());
        UUID execution = executeFlow(flow);
        assertThat(newest(execution, "tax").getOutput()).isEqualTo(28.14);

        replaceDefinition(flow, invoiceDefinition().replace("\"rate\": 0.07", "\"rate\": 0.19"));
        String tag = planOfTwoTasks(execution);
        assertThat(reExecute(execution, true, null, "\"of another plan\"").getCode())
                .isEqualTo(412);
        executions.reExecuteFlow(APIReExecuteFlowRequest.newBuilder()
                .flowExecutionId(execution)
                .onlyStale(true)
                .ifMatch(tag)
                .build());
        awaitStatus(execution, ExecutionStatus.COMPLETED);
        assertThat(newest(execution, "tax").getOutput()).isEqualTo(76.38);
        assertThat(newest(execution, "subtotal").getTaskExecutionIdx()).isZero();

        TaskExecutionResponse edited = tasks.updateTaskExecution(edit(newest(execution, "subtotal"), 380), false);
        assertThat(edited.getEditedStatus()).isEqualTo(EditedStatus.EDITED_NOT_REEXECUTED);
        awaitStatus(execution, ExecutionStatus.STALE);
        executions.reExecuteFlow(execution, true, null, null);
        awaitStatus(execution, ExecutionStatus.COMPLETED);
        assertThat(newest(execution, "total").getOutput()).isEqualTo(Map.of("pieces", 6, "total", 452.2));

        assertThat(generationOfFullReExecution(execution)).containsExactly("4");
        assertThat(generationOfFullReExecution(execution)).containsExactly("4");
        awaitStatus(execution, ExecutionStatus.COMPLETED);
        assertThat(executions.listGenerations(execution).getGenerations())
                .extracting(GenerationResponse::getGeneration)
                .containsExactly(4, 3, 2, 1);
    }

    @Test
    void cancellation() throws Exception {
        UUID flow = createFlow("""
                {"flow": {}, "flow_configs": [{"meta": {}, "config": {"tasks": [
                  {"name": "invoice", "task_executor_name": "webhook_receive"},
                  {"name": "later", "task_executor_name": "delay", "parameters": {"seconds": 3600}, "depends_on": ["invoice"]}
                ]}}]}""");
        FlowExecutionResponse execution = executions.createFlowExecution(
                new FlowExecutionCreateRequest().flowId(flow).input(INVOICE));
        assertThat(execution.getStatus()).isEqualTo(ExecutionStatus.RUNNING);
        executions.cancelFlowExecution(execution.getId());
        awaitStatus(execution.getId(), ExecutionStatus.CANCELLED);
        executions.deleteFlowExecution(execution.getId());
        ApiException gone = failure(() -> executions.getFlowExecution(execution.getId(), null, null));
        assertThat(gone.getCode()).isEqualTo(404);
        assertThat(error(gone).getError().getCode()).isEqualTo("not_found");
        assertThat(error(gone).getRequestId()).hasSize(26);
    }

    @Test
    void failures() throws Exception {
        ApiException unauthorized = failure(() -> new FlowsApi(client("saf_nope"))
                .listFlows(APIListFlowsRequest.newBuilder().build()));
        assertThat(unauthorized.getCode()).isEqualTo(401);
        assertThat(error(unauthorized).getError().getCode()).isEqualTo("unauthorized");

        ApiException wrongForm = failure(() -> flows.listFlows(
                APIListFlowsRequest.newBuilder().page(0).pageSize(1000).build()));
        assertThat(wrongForm.getCode()).isEqualTo(422);
        assertThat(client.getObjectMapper()
                        .readValue(wrongForm.getResponseBody(), ValidationErrorResponse.class)
                        .getDetail())
                .extracting(fault -> fault.getLoc().get(1).getString() + " " + fault.getType())
                .containsExactly("page greater_than_equal", "page_size less_than_equal");

        ApiException invalid = failure(() -> createFlow("{\"flow\": {}}"));
        assertThat(invalid.getCode()).isEqualTo(400);
        assertThat(error(invalid).getError().getCode()).isEqualTo("invalid_dsl_input");
        assertThat((List<?>) error(invalid).getError().getDetails()).isNotEmpty();
    }

    @Test
    void exampleOfReadmeRuns() throws Exception {
        UUID execution = readmeExample(service.url(), KEY, createFlow(invoiceDefinition()));
        awaitStatus(execution, ExecutionStatus.COMPLETED);
        String readme = Files.readString(Path.of("README.md"));
        int begin = readme.indexOf("```java\n") + "```java\n".length();
        String example = readme.substring(begin, readme.indexOf("```", begin));
        String source = Files.readString(Path.of("src/test/java/dev/reflow/smoke/GeneratedClientIT.java"));
        assertThat(source.replaceAll("\\s+", "")).contains(example.replaceAll("\\s+", ""));
    }

    private static UUID readmeExample(String url, String key, UUID flow) throws ApiException {
        ApiClient client = new ApiClient();
        client.updateBaseUri(url);
        client.setRequestInterceptor(request -> request.header("X-API-Key", key));
        FlowExecutionsApi executions = new FlowExecutionsApi(client);

        Map<String, Object> desk = Map.of("name", "desk", "quantity", 2, "price", 150);
        FlowExecutionResponse execution = executions.createFlowExecution(
                new FlowExecutionCreateRequest().flowId(flow).input(Map.of("items", List.of(desk))));
        try {
            executions.reExecuteFlow(APIReExecuteFlowRequest.newBuilder()
                    .flowExecutionId(execution.getId())
                    .onlyStale(true)
                    .build());
        } catch (ApiException e) {
            System.err.println(e.getCode() + " " + e.getResponseBody());
        }
        return execution.getId();
    }

    private UUID createFlow(String definition) throws Exception {
        FlowResponse flow = flows.createFlow(APICreateFlowRequest.newBuilder()
                .flowCreateRequest(
                        new FlowCreateRequest().displayName("Invoice total").definition(object(definition)))
                .includeOrderedTaskNames(true)
                .build());
        assertThat(flow.getVersion()).isEqualTo(1);
        assertThat(flow.getTaskNames()).startsWith("invoice");
        assertThat(flow.getDefinition()).isEqualTo(object(definition));
        return flow.getId();
    }

    private UUID executeFlow(UUID flow) throws ApiException {
        FlowExecutionResponse execution = executions.createFlowExecution(
                new FlowExecutionCreateRequest().flowId(flow).input(INVOICE));
        assertThat(execution.getInput()).isEqualTo(INVOICE);
        awaitStatus(execution.getId(), ExecutionStatus.COMPLETED);
        return execution.getId();
    }

    private void replaceDefinition(UUID flow, String definition) throws Exception {
        FlowResponse replaced = flows.replaceFlowDefinition(APIReplaceFlowDefinitionRequest.newBuilder()
                .flowId(flow)
                .flowDefinitionRequest(new FlowDefinitionRequest().definition(object(definition)))
                .build());
        assertThat(replaced.getVersion()).isEqualTo(2);
    }

    /** Its tag. */
    private String planOfTwoTasks(UUID execution) throws ApiException {
        ApiResponse<ReExecutionPlanResponse> plan = executions.planReExecutionWithHttpInfo(execution, true);
        assertThat(plan.getData().getTasks())
                .filteredOn(task -> task.getAction() != Action.REUSE)
                .extracting(TaskPlanResponse::getTaskName)
                .containsExactly("tax", "total");
        return plan.getHeaders().get("etag").get(0);
    }

    private List<String> generationOfFullReExecution(UUID execution) throws ApiException {
        return executions
                .reExecuteFlowWithHttpInfo(execution, false, "all-again-1", null)
                .getHeaders()
                .get("x-flow-execution-generation");
    }

    private ApiException reExecute(UUID execution, boolean onlyStale, String idempotencyKey, String ifMatch) {
        return failure(() -> executions.reExecuteFlow(execution, onlyStale, idempotencyKey, ifMatch));
    }

    private static TaskExecutionUpdateRequest edit(TaskExecutionResponse task, Object output) {
        return new TaskExecutionUpdateRequest()
                .id(task.getId())
                .flowExecutionId(task.getFlowExecutionId())
                .taskName(task.getTaskName())
                .taskExecutionIdx(task.getTaskExecutionIdx())
                .organizationId(task.getOrganizationId())
                .processingStatus(task.getProcessingStatus())
                .editedStatus(task.getEditedStatus())
                .staleStatus(task.getStaleStatus())
                .updatedAt(task.getUpdatedAt())
                .output(output);
    }

    private TaskExecutionResponse newest(UUID execution, String task) throws ApiException {
        return tasks.listTaskExecutions(APIListTaskExecutionsRequest.newBuilder()
                        .flowExecutionId(execution)
                        .taskName(task)
                        .build())
                .getTaskExecutions()
                .get(0);
    }

    private void awaitStatus(UUID execution, ExecutionStatus status) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> executions.getFlowExecution(execution, null, null).getStatus() == status);
    }

    private static ApiException failure(ThrowingCallable call) {
        return catchThrowableOfType(ApiException.class, call);
    }

    private ErrorResponse error(ApiException failure) throws Exception {
        return client.getObjectMapper().readValue(failure.getResponseBody(), ErrorResponse.class);
    }

    private Map<String, Object> object(String json) throws Exception {
        return client.getObjectMapper().readValue(json, new TypeReference<>() {});
    }

    private static String invoiceDefinition() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        int begin = readme.indexOf("{", readme.indexOf("cat > invoice.json"));
        return readme.substring(begin, readme.indexOf("\nJSON", begin));
    }
}
