package dev.reflow.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reflow.error.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonSchemasTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNode ORDER = json("{'type': 'object', 'required': ['id', 'lines'], 'properties': {"
            + "'id': {'type': 'integer'}, 'lines': {'type': 'array', 'items': {'type': 'object',"
            + " 'required': ['sku'], 'properties': {'sku': {'type': 'string', 'minLength': 1}}}}}}");

    @Test
    void valueThatFitsHasNoFault() {
        assertThat(JsonSchemas.check(ORDER, json("{'id': 1, 'lines': [{'sku': 'x'}], 'more': true}")))
                .isEmpty();
    }

    @Test
    void missingFieldIsLocatedWhereItShouldStand() {
        assertThat(JsonSchemas.check(ORDER, json("{'lines': [{}]}")))
                .containsExactlyInAnyOrder(
                        new Fault(List.of("id"), "missing", "Field required"),
                        new Fault(List.of("lines", 0, "sku"), "missing", "Field required"));
    }

    @Test
    void faultHasPlaceKindTextAndValue() {
        assertThat(JsonSchemas.check(ORDER, json("{'id': 'x', 'lines': [{'sku': ''}]}")))
                .containsExactlyInAnyOrder(
                        new Fault(List.of("id"), "type", "string found, integer expected", json("'x'")),
                        new Fault(
                                List.of("lines", 0, "sku"),
                                "minLength",
                                "must be at least 1 characters long",
                                json("''")));
    }

    @Test
    void valueOfWrongTypeIsLocatedAtTheRoot() {
        assertThat(JsonSchemas.check(ORDER, json("[]")))
                .containsExactly(new Fault(List.of(), "type", "array found, object expected", json("[]")));
    }

    @Test
    void strangeFieldNamesSpoilNeitherPlaceNorText() {
        JsonNode schema = json("{'properties': {'a: b.c[0]': {'type': 'integer'}}}");

        assertThat(JsonSchemas.check(schema, json("{'a: b.c[0]': 'x'}")))
                .containsExactly(
                        new Fault(List.of("a: b.c[0]"), "type", "string found, integer expected", json("'x'")));
    }

    @Test
    void messagesDoNotFollowTheLanguageOfTheMachine() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(JsonSchemas.checkOnce(json("{'type': 'integer', 'title': 'locale'}"), json("'x'")))
                    .extracting(Fault::msg)
                    .containsExactly("string found, integer expected");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void schemaThatRefersToFileReadsNothing(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("schema.json"), "{\"type\": \"integer\"}");

        assertThatThrownBy(() -> JsonSchemas.checkOnce(json("{'$ref': '" + file.toUri() + "'}"), json("'x'")))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void schemaMayReferToItself() {
        JsonNode schema = json("{'$defs': {'n': {'type': 'integer'}}, 'items': {'$ref': '#/$defs/n'}}");

        assertThat(JsonSchemas.checkOnce(schema, json("[1, 'x']")))
                .extracting(Fault::loc)
                .containsExactly(List.of(1));
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
