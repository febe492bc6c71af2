package dev.reflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionReaderTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String TASK_0 = "flow_configs.0.config.tasks.0";

    @Test
    void taskNeedsOnlyNameAndExecutor() {
        Definition definition = require("{'name': 'a', 'task_executor_name': 'x'}");
        FlowTask task = definition.tasks().get(0);

        assertThat(task.name()).isEqualTo(new TaskName("a"));
        assertThat(task.title()).isEqualTo("a");
        assertThat(task.executor()).isEqualTo("x");
        assertThat(task.parameters()).isEmpty();
        assertThat(task.dependsOn()).isEmpty();
        assertThat(task.neverReused()).isFalse();
        assertThat(task.interruptible()).isTrue();
        assertThat(task.retryPolicy()).isEqualTo(RetryPolicy.NONE);
        assertThat(task.timeout()).isNull();
        assertThat(task.onLost()).isEqualTo(OnLost.RUN);
    }

    @Test
    void nullStandsForAbsentOptionalField() {
        FlowTask task = require("{'name': 'a', 'task_executor_name': 'x', 'task_title': null, 'parameters': null,"
                        + " 'depends_on': null, 'reuse': null, 'interruptible': null,"
                        + " 'retry_policy': null, 'timeout_seconds': null, 'on_lost': null}")
                .tasks()
                .get(0);

        assertThat(task.title()).isEqualTo("a");
        assertThat(task.interruptible()).isTrue();
        assertThat(task.retryPolicy()).isEqualTo(RetryPolicy.NONE);
        assertThat(task.timeout()).isNull();
        assertThat(task.onLost()).isEqualTo(OnLost.RUN);
    }

    @Test
    void optionalFieldsAreRead() {
        FlowTask task = require("{'name': 'a', 'task_executor_name': 'x', 'task_title': 'T', 'parameters': {'p': 1},"
                        + " 'depends_on': ['b', 'b'], 'reuse': 'never', 'interruptible': false, 'timeout_seconds': 0.5, 'on_lost': 'fail'},"
                        + "{'name': 'b', 'task_executor_name': 'x'}")
                .tasks()
                .get(0);

        assertThat(task.title()).isEqualTo("T");
        assertThat(task.parameters().path("p").intValue()).isEqualTo(1);
        assertThat(task.dependsOn()).isEqualTo(Set.of(new TaskName("b")));
        assertThat(task.neverReused()).isTrue();
        assertThat(task.interruptible()).isFalse();
        assertThat(task.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(task.onLost()).isEqualTo(OnLost.FAIL);
    }

    @Test
    void timeoutIsAtMostAYear() {
        assertThat(taskWith("'timeout_seconds': 31536000").timeout()).isEqualTo(Duration.ofDays(365));
        assertThat(taskWith("'timeout_seconds': 1e-300").timeout()).isPositive();
    }

    @Test
    void retryPolicyIsRead() {
        assertThat(taskWith("'retry_policy': {'maximum_attempts': 5, 'initial_interval_seconds': 0.1,"
                                + " 'backoff_coefficient': 1.5, 'maximum_interval_seconds': 10,"
                                + " 'non_retryable_errors': ['gone'], 'note': 'kept'}")
                        .retryPolicy())
                .isEqualTo(new RetryPolicy(5, Duration.ofMillis(100), 1.5, Duration.ofSeconds(10), List.of("gone")));
    }

    @Test
    void retryPolicyHasDefaults() {
        assertThat(taskWith("'retry_policy': {'backoff_coefficient': null}").retryPolicy())
                .isEqualTo(new RetryPolicy(3, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), List.of()));
        assertThat(taskWith("'retry_policy': {'initial_interval_seconds': 90}")
                        .retryPolicy()
                        .maximumInterval())
                .isEqualTo(Duration.ofSeconds(90));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'timeout_seconds': 0 | timeout_seconds | greater_than",
                "'timeout_seconds': -1 | timeout_seconds | greater_than",
                "'timeout_seconds': '5' | timeout_seconds | float_type",
                "'timeout_seconds': 31536000.1 | timeout_seconds | less_than_equal",
                "'timeout_seconds': 1e400 | timeout_seconds | less_than_equal",
                "'on_lost': 'retry' | on_lost | enum",
                "'on_lost': true | on_lost | string_type",
                "'retry_policy': 3 | retry_policy | dict_type",
                "'retry_policy': {'maximum_attempts': 0} | retry_policy.maximum_attempts | greater_than_equal",
                "'retry_policy': {'maximum_attempts': 1.5} | retry_policy.maximum_attempts | int_from_float",
                "'retry_policy': {'maximum_attempts': 1e10} | retry_policy.maximum_attempts | less_than_equal",
                "'retry_policy': {'maximum_attempts': []} | retry_policy.maximum_attempts | float_type",
                "'retry_policy': {'initial_interval_seconds': 0} | retry_policy.initial_interval_seconds | greater_than",
                "'retry_policy': {'backoff_coefficient': 0.9} | retry_policy.backoff_coefficient | greater_than_equal",
                "'retry_policy': {'maximum_interval_seconds': 0} | retry_policy.maximum_interval_seconds | greater_than",
                "'retry_policy': {'maximum_interval_seconds': 0.5} | retry_policy.maximum_interval_seconds"
                        + " | greater_than_equal",
                "'retry_policy': {'non_retryable_errors': 'x'} | retry_policy.non_retryable_errors | list_type",
                "'retry_policy': {'non_retryable_errors': ['x', 4]} | retry_policy.non_retryable_errors.1 | string_type",
                "'retry_policy': {'non_retryable_errors': ['']} | retry_policy.non_retryable_errors.0 | string_too_short"
            })
    void wrongRetryOrTimeoutIsOneFault(String field, String loc, String type) {
        assertThat(faults(definition("{'name': 'a', 'task_executor_name': 'x', " + field + "}")))
                .containsExactly(type + " " + TASK_0 + "." + loc);
    }

    @Test
    void unknownFieldsAreKeptAsTheyCame() {
        JsonNode json = json("{'flow_configs': [{'meta': {'m': 1}, 'config': {'tasks': ["
                + "{'name': 'a', 'task_executor_name': 'x', 'visual_properties': {'x': 1.50}}], 'groups': []}}],"
                + " 'more': [null]}");

        assertThat(DefinitionReader.require(json).json()).isSameAs(json);
    }

    @Test
    void tasksOfAllConfigsFormOneGraph() {
        Definition definition = DefinitionReader.require(
                json("{'flow_configs': [{'config': {'tasks': [{'name': 'a', 'task_executor_name': 'x',"
                        + " 'parameters': {'p': ['{{b.y}}']}}]}}, {'config': {'tasks': [{'name': 'b',"
                        + " 'task_executor_name': 'x', 'parameters': {'q': 1}}]}}]}"));
        FlowTask a = definition.find(new TaskName("a")).orElseThrow();
        FlowTask b = definition.find(new TaskName("b")).orElseThrow();

        assertThat(definition.dependencies(a)).containsExactly(b);
        assertThat(definition.graph().order()).containsExactly(1, 0);
        assertThat(definition.location(b, "parameters", List.of("q", 0)))
                .containsExactly("flow_configs", 1, "config", "tasks", 0, "parameters", "q", 0);
        assertThat(definition.find(new TaskName("c"))).isEmpty();
    }

    @Test
    void dependenciesComeFromReferencesAndDependsOn() {
        Definition definition = require("{'name': 'a', 'task_executor_name': 'x'},"
                + "{'name': 'b', 'task_executor_name': 'x'},"
                + "{'name': 'c', 'task_executor_name': 'x', 'depends_on': ['b'],"
                + " 'parameters': {'p': 'x {{a.y}} {{b.z}} {{not a reference}}'}}");

        assertThat(definition.dependencies(definition.tasks().get(2)))
                .extracting(FlowTask::name)
                .containsExactly(new TaskName("a"), new TaskName("b"));
        assertThat(definition.tasks().get(2).dependsOn()).isEqualTo(Set.of(new TaskName("b")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | '' | dict_type",
                "7 | '' | dict_type",
                "null | '' | dict_type",
                "{} | flow_configs | missing",
                "{'flow_configs': null} | flow_configs | list_type",
                "{'flow_configs': {}} | flow_configs | list_type",
                "{'flow_configs': []} | flow_configs | list_type",
                "{'flow_configs': [{}]} | flow_configs.0.config.tasks | missing",
                "{'flow_configs': [7]} | flow_configs.0.config.tasks | missing",
                "{'flow_configs': [{'config': {'tasks': null}}]} | flow_configs.0.config.tasks | list_type",
                "{'flow_configs': [{'config': {'tasks': {}}}]} | flow_configs.0.config.tasks | list_type"
            })
    void wrongStructureIsOneFault(String json, String loc, String type) {
        assertThat(faults(json(json))).containsExactly(type + " " + loc);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | '' | dict_type",
                "{'task_executor_name': 'x'} | .name | missing",
                "{'name': null, 'task_executor_name': 'x'} | .name | missing",
                "{'name': 7, 'task_executor_name': 'x'} | .name | string_type",
                "{'name': '', 'task_executor_name': 'x'} | .name | string_too_short",
                "{'name': 'a'} | .task_executor_name | missing",
                "{'name': 'a', 'task_executor_name': []} | .task_executor_name | string_type",
                "{'name': 'a', 'task_executor_name': ''} | .task_executor_name | string_too_short",
                "{'name': 'a', 'task_executor_name': 'x', 'task_title': 1} | .task_title | string_type",
                "{'name': 'a', 'task_executor_name': 'x', 'parameters': []} | .parameters | dict_type",
                "{'name': 'a', 'task_executor_name': 'x', 'parameters': 'p'} | .parameters | dict_type",
                "{'name': 'a', 'task_executor_name': 'x', 'depends_on': 'b'} | .depends_on | list_type",
                "{'name': 'a', 'task_executor_name': 'x', 'depends_on': [1]} | .depends_on.0 | string_type",
                "{'name': 'a', 'task_executor_name': 'x', 'depends_on': ['b']} | .depends_on.0 | unknown_task",
                "{'name': 'a', 'task_executor_name': 'x', 'reuse': 'always'} | .reuse | enum",
                "{'name': 'a', 'task_executor_name': 'x', 'reuse': 1} | .reuse | string_type",
                "{'name': 'a', 'task_executor_name': 'x', 'interruptible': 'no'} | .interruptible | bool_parsing",
                "{'name': 'a', 'task_executor_name': 'x', 'depends_on': ['a']} | '' | cycle",
                "{'name': 'a', 'task_executor_name': 'x', 'parameters': {'p': '{{a.x}}'}} | '' | cycle",
                "{'name': 'a', 'task_executor_name': 'x', 'parameters': {'p': [0, {'q': '{{b.x}}'}]}}"
                        + " | .parameters.p.1.q | unknown_task"
            })
    void wrongTaskIsOneFault(String task, String loc, String type) {
        assertThat(faults(definition(task))).containsExactly(type + " " + TASK_0 + loc);
    }

    @Test
    void nameIsLimitedInLength() {
        String task = "{'name': '%s', 'task_executor_name': 'x'}";

        assertThat(faults(definition(task.formatted("n".repeat(TaskName.MAX_LENGTH)))))
                .isEmpty();
        assertThat(faults(definition(task.formatted("n".repeat(TaskName.MAX_LENGTH + 1)))))
                .containsExactly("string_too_long " + TASK_0 + ".name");
    }

    @Test
    void laterTaskOfSameNameIsDuplicate() {
        assertThat(faults(definition("{'name': 'a', 'task_executor_name': 'x'},"
                        + "{'name': 'a', 'task_executor_name': 'y'}, {'name': 'A', 'task_executor_name': 'y'}")))
                .containsExactly("duplicate_name flow_configs.0.config.tasks.1.name");
    }

    @Test
    void cycleNamesItsTasks() {
        List<Fault> faults = DefinitionReader.read(
                        definition("{'name': 'a', 'task_executor_name': 'x', 'depends_on': ['c']},"
                                + "{'name': 'b', 'task_executor_name': 'x', 'parameters': {'p': '{{a.x}}'}},"
                                + "{'name': 'c', 'task_executor_name': 'x', 'parameters': {'p': '{{b.x}}'}}"))
                .faults();

        assertThat(faults).singleElement().satisfies(fault -> {
            assertThat(fault.type()).isEqualTo("cycle");
            assertThat(fault.msg()).isEqualTo("Tasks wait for each other: 'a' -> 'c' -> 'b' -> 'a'");
        });
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        assertThat(faults(json("{'flow_configs': [{'config': {'tasks': ["
                        + "{'name': 'a', 'task_executor_name': 'x', 'parameters': {'p': '{{gone.x}} {{b.x}}'}},"
                        + "{'name': 7, 'task_executor_name': '', 'interruptible': 0,"
                        + " 'parameters': {'p': '{{lost.x}}'}},"
                        + "{'name': 'a', 'task_executor_name': 'x', 'depends_on': ['a', 'nobody', 3]},"
                        + "{'name': 'b'},"
                        + "{'name': 'c', 'task_executor_name': 'x', 'depends_on': ['c']}"
                        + "]}}, {}]}")))
                .containsExactlyInAnyOrder(
                        "missing flow_configs.1.config.tasks",
                        "unknown_task flow_configs.0.config.tasks.0.parameters.p",
                        "string_type flow_configs.0.config.tasks.1.name",
                        "string_too_short flow_configs.0.config.tasks.1.task_executor_name",
                        "bool_parsing flow_configs.0.config.tasks.1.interruptible",
                        "unknown_task flow_configs.0.config.tasks.1.parameters.p",
                        "string_type flow_configs.0.config.tasks.2.depends_on.2",
                        "unknown_task flow_configs.0.config.tasks.2.depends_on.1",
                        "missing flow_configs.0.config.tasks.3.task_executor_name",
                        "cycle flow_configs.0.config.tasks.4");
    }

    @Test
    void referenceToTaskWithAnotherFaultIsNoFault() {
        assertThat(faults(definition(
                        "{'name': 'a'}," + "{'name': 'b', 'task_executor_name': 'x', 'parameters': {'p': '{{a.x}}'}}")))
                .containsExactly("missing " + TASK_0 + ".task_executor_name");
    }

    @Test
    void faultShowsWhatIsWrong() {
        Fault fault = DefinitionReader.read(
                        definition("{'name': 'a', 'task_executor_name': 'x'," + " 'parameters': {'p': 'see {{b.x}}'}}"))
                .faults()
                .get(0);

        assertThat(fault.msg()).isEqualTo("{{b.x}} refers to a task that does not exist");
        assertThat(fault.input()).isEqualTo(MAPPER.valueToTree("see {{b.x}}"));
    }

    @Test
    void requiredDefinitionFailsWithAllFaults() {
        assertThatThrownBy(() -> DefinitionReader.require(definition("{'name': 'a'}")))
                .isInstanceOfSatisfying(ReflowException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_DSL_INPUT);
                    assertThat(e.faults()).hasSize(1);
                    assertThat(e).hasMessage("The definition is invalid: Field required");
                });
        assertThatThrownBy(() -> DefinitionReader.require(definition("{'name': 'a'}, {}")))
                .hasMessage("The definition is invalid: 3 errors");
    }

    @Test
    void hundredThousandTasksAreRead() {
        Definition definition = DefinitionReader.require(chain(100_000));

        assertThat(definition.tasks()).hasSize(100_000);
        assertThat(definition.graph().order()).startsWith(0, 1, 2).hasSize(100_000);
    }

    @Test
    void moreTasksThanThatAreRefused() {
        assertThat(faults(chain(100_001))).containsExactly("too_long flow_configs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'flow_configs': [{'config': {'tasks': []}}]}"})
    void definitionMayBeWithoutTasks(String json) {
        assertThat(DefinitionReader.require(json(json)).tasks()).isEmpty();
    }

    private static JsonNode chain(int length) {
        ObjectNode json = MAPPER.createObjectNode();
        ArrayNode tasks =
                json.putArray("flow_configs").addObject().putObject("config").putArray("tasks");
        for (int i = 0; i < length; i++) {
            ObjectNode task = tasks.addObject().put("name", "task-" + i).put("task_executor_name", "x");
            if (i > 0) {
                task.putObject("parameters").put("p", "{{task-" + (i - 1) + ".value}}");
            }
        }
        return json;
    }

    private static List<String> faults(JsonNode json) {
        DefinitionReader.Outcome outcome = DefinitionReader.read(json);
        assertThat(outcome.definition().isEmpty()).isEqualTo(!outcome.faults().isEmpty());
        return outcome.faults().stream()
                .map(fault -> fault.type() + " "
                        + String.join(
                                ".", fault.loc().stream().map(String::valueOf).toList()))
                .toList();
    }

    private static FlowTask taskWith(String field) {
        return require("{'name': 'a', 'task_executor_name': 'x', " + field + "}")
                .tasks()
                .get(0);
    }

    private static Definition require(String tasks) {
        return DefinitionReader.require(definition(tasks));
    }

    private static JsonNode definition(String tasks) {
        return json("{'flow_configs': [{'config': {'tasks': [" + tasks + "]}}]}");
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
