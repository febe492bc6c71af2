package dev.reflow.task.builtin;

import static dev.reflow.task.builtin.Executors.failure;
import static dev.reflow.task.builtin.Executors.input;
import static dev.reflow.task.builtin.Executors.json;
import static dev.reflow.task.builtin.Executors.output;
import static dev.reflow.task.builtin.Executors.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import dev.reflow.task.JsonSchemas;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookReceiveExecutorTest {
    private final WebhookReceiveExecutor webhook = new WebhookReceiveExecutor();

    @Test
    void outputIsTheInput() {
        JsonNode input = json("{'a': 1.50, 'b': {'c': [null]}}");

        assertThat(output(run(webhook, input(json("{}"), input)))).isEqualTo(input);
    }

    @Test
    void anyObjectIsAcceptedWithoutFields() {
        assertThat(faults("{}", "{'x': 1}")).isEmpty();
        assertThat(faults("{}", "{}")).isEmpty();
        assertThat(faults("{'fields': null}", "{}")).isEmpty();
        assertThat(faults("{'fields': []}", "{'x': 1}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "'x'", "1", "null", "true"})
    void inputThatIsNoObjectIsFault(String input) {
        assertThat(faults("{}", input))
                .containsExactly(new Fault(List.of(), "dict_type", "Input should be an object", json(input)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "string | 'x' | string_type | 1",
                "number | 1.5 | float_type | 'x'",
                "number | 1 | float_type | true",
                "integer | 1 | int_type | 1.5",
                "integer | 1.0 | int_type | 'x'",
                "integer | 1e3 | int_type | null",
                "boolean | false | bool_type | 0",
                "object | {} | dict_type | []",
                "array | [] | list_type | {}"
            },
            quoteCharacter = '`')
    void fieldsAreOfTheirTypes(String type, String right, String fault, String wrong) {
        String fields = "{'fields': [{'name': 'f', 'type': '" + type + "'}]}";

        assertThat(faults(fields, "{'f': " + right + "}")).isEmpty();
        assertThat(faults(fields, "{'f': " + wrong + "}")).singleElement().satisfies(found -> {
            assertThat(found.loc()).containsExactly("f");
            assertThat(found.type()).isEqualTo(fault);
            assertThat(found.input()).isEqualTo(json(wrong));
        });
    }

    @Test
    void fieldsAreRequiredAndOfAnyTypeUnlessTheySayOtherwise() {
        String fields = "{'fields': [{'name': 'must'}, {'name': 'may', 'type': 'string', 'required': false}]}";

        assertThat(faults(fields, "{'must': null}")).isEmpty();
        assertThat(faults(fields, "{'must': [], 'may': null, 'more': 1}")).isEmpty();
        assertThat(faults(fields, "{'may': 'x'}"))
                .containsExactly(new Fault(List.of("must"), "missing", "Field required"));
        assertThat(faults(fields, "{'must': 1, 'may': 2}"))
                .extracting(Fault::type)
                .containsExactly("string_type");
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        assertThat(faults(
                        "{'fields': [{'name': 'a'}, {'name': 'b', 'type': 'array'}, {'name': 'c', 'type': 'object'}]}",
                        "{'b': 1, 'c': 2}"))
                .extracting(Fault::type)
                .containsExactly("missing", "list_type", "dict_type");
    }

    @Test
    void shortFormNamesTypes() {
        assertThat(faults("{'fields': {'a': 'string', 'b': 'any'}}", "{'a': 1}"))
                .extracting(Fault::type)
                .containsExactly("string_type", "missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'fields': 'a'}",
                "{'fields': ['a']}",
                "{'fields': [{}]}",
                "{'fields': [{'name': 7}]}",
                "{'fields': [{'name': ''}]}",
                "{'fields': [{'name': 'a', 'type': 'date'}]}",
                "{'fields': [{'name': 'a', 'required': 'yes'}]}",
                "{'fields': {'a': 'date'}}"
            })
    void fieldsThatSayNothingAreFaultOfTheDefinition(String parameters) {
        assertThat(JsonSchemas.check(webhook.description().parametersSchema(), json(parameters)))
                .isNotEmpty()
                .allSatisfy(fault -> assertThat(fault.loc()).startsWith("fields"));
        assertThat(failure(run(webhook, input(json(parameters), json("{}"))))).startsWith("invalid parameters: ");
    }

    @Test
    void inputIsCheckedAgainWhenTheTaskRuns() {
        assertThat(failure(run(
                        webhook,
                        input(json("{'fields': [{'name': 'a', 'type': 'string'}, {'name': 'b'}]}"), json("{'a': 1}")))))
                .isEqualTo("invalid input: input.a: Input should be a string; input.b: Field required");
    }

    private List<Fault> faults(String parameters, String input) {
        return webhook.checkFlowInput(json(parameters), json(input));
    }
}
