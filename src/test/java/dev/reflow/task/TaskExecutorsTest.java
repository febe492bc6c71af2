package dev.reflow.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.Fault;
import dev.reflow.flow.Definition;
import dev.reflow.flow.DefinitionReader;
import dev.reflow.flow.FlowTask;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskExecutorsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ObjectNode SCHEMA =
            (ObjectNode) json("{'type': 'object', 'required': ['count'], 'properties': {"
                    + "'count': {'type': 'integer'}, 'names': {'type': 'array', 'items': {'type': 'string'}},"
                    + " 'code': {'type': 'string'}}}");
    private final TaskExecutors executors =
            new TaskExecutors(List.of(new StrictExecutor("strict", false), new StrictExecutor("begin", true)));

    @Test
    void executorsAreListedByName() {
        assertThat(executors.all())
                .extracting(executor -> executor.description().name())
                .containsExactly("begin", "strict");
        assertThat(executors.find("strict")).isPresent();
        assertThat(executors.find("Strict")).isEmpty();
    }

    @Test
    void twoExecutorsOfOneNameAreRefused() {
        assertThatThrownBy(
                        () -> new TaskExecutors(List.of(new StrictExecutor("x", false), new StrictExecutor("x", true))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x");
    }

    @Test
    void executorIsFoundByItsOtherNamesAndListedOnce() {
        StrictExecutor executor = new StrictExecutor("strict", false, "severe");
        TaskExecutors registry = new TaskExecutors(List.of(executor));

        assertThat(registry.find("severe")).containsSame(executor);
        assertThat(registry.all()).containsExactly(executor);
        assertThatThrownBy(() -> new TaskExecutors(List.of(executor, new StrictExecutor("severe", false))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("severe");
    }

    @Test
    void parametersThatFitHaveNoFault() {
        assertThat(executors.check(definition("strict", "{'count': 1, 'names': ['n'], 'code': 'fine'}")))
                .isEmpty();
    }

    @Test
    void unknownExecutorIsLocatedAtItsName() {
        assertThat(executors.check(definition("nobody", "{}")))
                .containsExactly(new Fault(
                        List.of("flow_configs", 0, "config", "tasks", 1, "task_executor_name"),
                        "unknown_task_executor",
                        "There is no task executor named 'nobody'"));
    }

    @Test
    void parameterFaultsAreLocatedInTheDefinition() {
        assertThat(executors.check(definition("strict", "{'names': ['n', 7]}")))
                .extracting(Fault::loc)
                .containsExactlyInAnyOrder(
                        List.of("flow_configs", 0, "config", "tasks", 1, "parameters", "count"),
                        List.of("flow_configs", 0, "config", "tasks", 1, "parameters", "names", 1));
    }

    @Test
    void valueWithReferenceIsNotJudgedYet() {
        assertThat(executors.check(definition("strict", "{'count': '{{first.n}}', 'names': '{{first.names}}'}")))
                .isEmpty();
    }

    @Test
    void braceThatIsNoReferenceIsJudged() {
        assertThat(executors.check(definition("strict", "{'count': '{{no reference}}'}")))
                .hasSize(1);
    }

    @Test
    void referenceInsideObjectDoesNotExcuseTheObject() {
        assertThat(executors.check(definition("strict", "{'count': {'x': '{{first.n}}'}}")))
                .extracting(Fault::loc)
                .containsExactly(List.of("flow_configs", 0, "config", "tasks", 1, "parameters", "count"));
    }

    @Test
    void missingParameterIsFaultWhateverTheOthersRefer() {
        assertThat(executors.check(definition("strict", "{'code': '{{first.code}}'}")))
                .extracting(Fault::type)
                .containsExactly("missing");
    }

    @Test
    void executorIsAskedAboutParametersThatFitItsSchema() {
        assertThat(executors.check(definition("strict", "{'count': 1, 'code': 'bad'}")))
                .containsExactly(new Fault(
                        List.of("flow_configs", 0, "config", "tasks", 1, "parameters", "code"),
                        "bad_code",
                        "Not good"));
        assertThat(executors.check(definition("strict", "{'code': 'bad'}")))
                .extracting(Fault::type)
                .containsExactly("missing");
    }

    @Test
    void executorsFaultAtReferenceIsIgnored() {
        assertThat(executors.check(definition("strict", "{'count': 1, 'code': 'bad {{first.x}}'}")))
                .isEmpty();
    }

    @Test
    void faultsOfAllTasksAreReported() {
        JsonNode json = json("{'flow_configs': [{'config': {'tasks': ["
                + "{'name': 'a', 'task_executor_name': 'nobody'}, {'name': 'b', 'task_executor_name': 'strict'}]}}]}");

        assertThat(executors.check(DefinitionReader.require(json)))
                .extracting(Fault::type)
                .containsExactly("unknown_task_executor", "missing");
    }

    @Test
    void inputTasksAreThoseWhoseExecutorTakesInput() {
        Definition definition = definition("strict", "{'count': 1}");

        assertThat(executors.inputTasks(definition))
                .extracting(FlowTask::executor)
                .containsExactly("begin");
        assertThat(executors.isInputTask(definition.tasks().get(1))).isFalse();
    }

    private static Definition definition(String executor, String parameters) {
        return DefinitionReader.require(json("{'flow_configs': [{'config': {'tasks': ["
                + "{'name': 'first', 'task_executor_name': 'begin', 'parameters': {'count': 1}},"
                + "{'name': 'second', 'task_executor_name': '" + executor + "', 'parameters': " + parameters
                + "}]}}]}"));
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private record StrictExecutor(String name, boolean input, Set<String> otherNames) implements TaskExecutor {
        StrictExecutor(String name, boolean input, String... otherNames) {
            this(name, input, Set.of(otherNames));
        }

        @Override
        public TaskExecutorDescription description() {
            return new TaskExecutorDescription(
                    name, 1, "For these tests only", "", SCHEMA, input ? SCHEMA : null, null, false, false);
        }

        @Override
        public Uni<TaskOutcome> execute(TaskInput input) {
            return Uni.createFrom().item(new TaskOutcome.Completed(input.parameters()));
        }

        @Override
        public List<Fault> checkParameters(JsonNode parameters) {
            return parameters.path("code").asText().startsWith("bad")
                    ? List.of(new Fault(List.of("code"), "bad_code", "Not good"))
                    : List.of();
        }
    }
}
