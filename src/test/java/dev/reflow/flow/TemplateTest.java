package dev.reflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Map<String, String> OUTPUTS = Map.of(
            "load", "{'id': 7, 'user': {'name': 'Ada', 'tags': ['x', {'y': [1, 2]}]}, 'none': null, 'output': 'inner'}",
            "load.more", "{'id': 8}",
            "3-rd", "{'id': 9}",
            "list", "[10, 20]",
            "text", "'hello'");
    private final Template template = new Template(name -> OUTPUTS.containsKey(name.value()));

    @Test
    void stringThatIsOneReferenceKeepsTheJsonType() {
        assertThat(resolve("'{{load.id}}'")).isEqualTo(json("7"));
        assertThat(resolve("'{{load.user.tags}}'")).isEqualTo(json("['x', {'y': [1, 2]}]"));
        assertThat(resolve("'{{load.none}}'")).isEqualTo(json("null"));
        assertThat(resolve("'{{text.output}}'")).isEqualTo(json("'hello'"));
    }

    @Test
    void parametersThatBecomeTooLongAreNotMade() {
        TextNode million = TextNode.valueOf("x".repeat(1 << 20));
        String some = "{{list.output}}".repeat(15);
        assertThat(template.resolve(TextNode.valueOf(some), name -> million).textValue())
                .hasSize(15 << 20);
        assertThatThrownBy(() -> template.resolve(TextNode.valueOf(some + "{{list.output}}"), name -> million))
                .isInstanceOf(UnresolvedReferenceException.class)
                .hasMessage("the parameters are longer than 16777216 characters once references are replaced");
    }

    @Test
    void referenceInsideLongerStringIsText() {
        assertThat(resolve("'{{load.user.name}} has {{load.id}} of {{list.output}} {{load.none}}'"))
                .isEqualTo(json("'Ada has 7 of [10,20] null'"));
        assertThat(resolve("' {{load.id}}'")).isEqualTo(json("' 7'"));
    }

    @Test
    void referencesAreFoundAtAnyDepth() {
        assertThat(resolve("{'a': ['{{load.id}}', {'b': '{{3-rd.id}}'}], 'c': 1, 'd': true, 'e': null}"))
                .isEqualTo(json("{'a': [7, {'b': 9}], 'c': 1, 'd': true, 'e': null}"));
    }

    @Test
    void keysOfObjectsAreNoTemplates() {
        assertThat(resolve("{'{{load.id}}': 1}")).isEqualTo(json("{'{{load.id}}': 1}"));
    }

    @ParameterizedTest
    @CsvSource({
        "{{load.user.tags[0]}}, 'x'",
        "{{load.user.tags.0}}, 'x'",
        "{{load.user.tags[1].y[1]}}, 2",
        "{{list.output[1]}}, 20",
        "{{list.output.1}}, 20",
        "{{load.output.output}}, 'inner'",
        "{{load.more.id}}, 8",
        "{{3-rd.id}}, 9"
    })
    void pathsLeadIntoObjectsAndArrays(String reference, String value) throws Exception {
        assertThat(template.resolve(TextNode.valueOf(reference), TemplateTest::output))
                .isEqualTo(value.matches("\\d+") ? IntNode.valueOf(Integer.parseInt(value)) : TextNode.valueOf(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{}}",
                "{{load}}",
                "{{load.}}",
                "{{.id}}",
                "{{ load.id }}",
                "{{load.id",
                "load.id}}",
                "{load.id}",
                "{{load.a..b}}",
                "{{load.a[}}",
                "{{load.a[x]}}",
                "{{load.[0]}}",
                "{{two words.id}}",
                "{{#if x.y}}",
                "{ {load.id} }",
                "{{",
                "}}",
                "{{{}}}",
                "{{load.{{}}"
            })
    void otherBracesAreText(String text) {
        assertThat(references(text)).isEmpty();
        assertThat(template.resolve(TextNode.valueOf(text), TemplateTest::output))
                .isEqualTo(TextNode.valueOf(text));
        assertThat(template.hasReference(TextNode.valueOf(text))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "{{{load.id}}, {7",
        "{{load.id}}}, 7}",
        "{{{load.id}}}, {7}",
        "{{{{load.id}}}}, {{7}}",
        "{{x {{load.id}}, {{x 7",
        "{{load.id}}{{load.id}}, 77",
        "}}{{load.id}}{{, }}7{{"
    })
    void braceBesideReferenceIsText(String text, String resolved) {
        assertThat(template.resolve(TextNode.valueOf(text), TemplateTest::output))
                .isEqualTo(TextNode.valueOf(resolved));
    }

    @Test
    void longestKnownNameWins() {
        assertThat(references("{{load.more.id}} {{load.mor.id}}"))
                .containsExactly(
                        new Reference(new TaskName("load.more"), "id"), new Reference(new TaskName("load"), "mor.id"));
    }

    @Test
    void nameMayBeAnything() {
        Template strange = new Template(Set.of(new TaskName("a {b}. c"), new TaskName("ü"))::contains);
        List<Reference> found = new ArrayList<>();
        strange.references("{{a {b}. c.x}} {{ü.y}}", found::add);

        assertThat(found)
                .containsExactly(new Reference(new TaskName("a {b}. c"), "x"), new Reference(new TaskName("ü"), "y"));
    }

    @Test
    void wellFormedReferenceToUnknownTaskIsStillReference() {
        assertThat(references("{{nobody.x.y}}")).containsExactly(new Reference(new TaskName("nobody"), "x.y"));
    }

    @Test
    void nameOfGreatestLengthIsFoundAndNoLongerOne() {
        assertThat(references("{{" + "n".repeat(TaskName.MAX_LENGTH) + ".x}}")).hasSize(1);
        assertThat(references("{{" + "n".repeat(TaskName.MAX_LENGTH + 1) + ".x}}"))
                .isEmpty();
    }

    @Test
    void hugeTextsAreReadWithoutTrouble() {
        int many = 200_000;
        assertThat(references("{".repeat(many) + "}}")).isEmpty();
        assertThat(references("{{ ".repeat(many) + "}}")).isEmpty();
        assertThat(references("{{a.".repeat(many) + "}}")).isEmpty();
        assertThat(references("{{" + ".b".repeat(many) + "}}")).isEmpty();
        assertThat(references("{{load.id}}".repeat(many))).hasSize(many);
        assertThat(references("{{load" + ".b".repeat(many) + "}}")).hasSize(1);
        assertThat(references("{{load.b" + "[0]".repeat(many) + "}}")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "{{load.absent}}, absent",
        "{{load.user.absent.name}}, absent",
        "{{load.id.x}}, x",
        "{{load.none.x}}, x",
        "{{list.output[2]}}, 2",
        "{{list.name}}, name",
        "{{list.99999999999}}, 99999999999",
        "at {{load.user.tags[5]}}, 5"
    })
    void absentPathIsUnresolved(String text, String step) {
        assertThatThrownBy(() -> template.resolve(TextNode.valueOf(text), TemplateTest::output))
                .isInstanceOf(UnresolvedReferenceException.class)
                .hasMessageContaining(text.substring(text.indexOf("{{")))
                .hasMessageContaining("has no '" + step + "'");
    }

    private List<Reference> references(String text) {
        List<Reference> found = new ArrayList<>();
        template.references(text, found::add);
        assertThat(template.hasReference(TextNode.valueOf(text))).isEqualTo(!found.isEmpty());
        return found;
    }

    private JsonNode resolve(String parameters) {
        return template.resolve(json(parameters), TemplateTest::output);
    }

    private static JsonNode output(TaskName task) {
        return json(OUTPUTS.get(task.value()));
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
