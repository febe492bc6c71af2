package dev.reflow.task.builtin;

import static dev.reflow.task.builtin.Executors.failure;
import static dev.reflow.task.builtin.Executors.input;
import static dev.reflow.task.builtin.Executors.json;
import static dev.reflow.task.builtin.Executors.output;
import static dev.reflow.task.builtin.Executors.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiveFileExecutorTest {
    private final ReceiveFileExecutor file = new ReceiveFileExecutor();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'file_name': 'a.txt', 'content': 'aGVsbG8='}",
                "{'file_name': 'a.txt', 'content': ''}",
                "{'file_name': 'a.txt', 'url': 'https://files.example/a.txt?v=1'}",
                "{'file_name': 'a.txt', 'url': 'HTTP://files.example', 'content': null}",
                "{'file_name': 'ä b', 'content': 'aGVsbG8', 'content_type': 'text/plain', 'size': 5, 'more': {}}",
                "{'file_name': 'a', 'content': 'aA==', 'content_type': null, 'size': null}"
            })
    void fileIsHandedOnAsItCame(String input) {
        JsonNode value = json(input);

        assertThat(file.checkFlowInput(json("{}"), value)).isEmpty();
        assertThat(output(run(file, input(json("{}"), value)))).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | dict_type []",
                "{'content': ''} | missing [file_name]",
                "{'file_name': null, 'content': ''} | string_type [file_name]",
                "{'file_name': 1, 'content': ''} | string_type [file_name]",
                "{'file_name': '', 'content': ''} | string_too_short [file_name]",
                "{'file_name': 'a'} | missing [content]",
                "{'file_name': 'a', 'content': null, 'url': null} | missing [content]",
                "{'file_name': 'a', 'content': '', 'url': 'https://x/'} | value_error [url]",
                "{'file_name': 'a', 'content': 1} | string_type [content]",
                "{'file_name': 'a', 'content': 'not base64!'} | base64_decode [content]",
                "{'file_name': 'a', 'url': []} | string_type [url]",
                "{'file_name': 'a', 'url': 'ftp://x/a'} | url_parsing [url]",
                "{'file_name': 'a', 'url': 'file:///etc/passwd'} | url_parsing [url]",
                "{'file_name': 'a', 'url': 'https://'} | url_parsing [url]",
                "{'file_name': 'a', 'url': 'https://x/a b'} | url_parsing [url]",
                "{'file_name': 'a', 'content': '', 'content_type': 1} | string_type [content_type]",
                "{'file_name': 'a', 'content': '', 'size': '5'} | int_type [size]",
                "{'file_name': 'a', 'content': '', 'size': 1.5} | int_type [size]",
                "{'file_name': 'a', 'content': '', 'size': -1} | greater_than_equal [size]"
            })
    void inputThatIsNoFileIsOneFault(String input, String fault) {
        assertThat(file.checkFlowInput(json("{}"), json(input)))
                .extracting(found -> found.type() + " " + found.loc())
                .containsExactly(fault);
    }

    @Test
    void everyFaultIsReportedAtOnceAndAgainWhenTheTaskRuns() {
        JsonNode wrong = json("{'content': '?', 'size': -1, 'content_type': []}");

        assertThat(file.checkFlowInput(json("{}"), wrong))
                .extracting(Fault::type)
                .containsExactly("missing", "base64_decode", "string_type", "greater_than_equal");
        assertThat(failure(run(file, input(json("{}"), wrong))))
                .startsWith("invalid input: input.file_name: Field required; input.content: Input should be base64");
    }

    @Test
    void contentOfWrongInputIsNotRepeatedInFault() {
        assertThat(file.checkFlowInput(json("{}"), json("{'file_name': 'a', 'content': 'secret!'}")))
                .extracting(Fault::input)
                .containsOnlyNulls();
    }
}
