package dev.reflow.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.JsonEquality;
import dev.reflow.flow.TaskName;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Fingerprints are equal exactly when what went into them is. */
class FingerprintPropertiesTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
    private static final int TRIES = 2000;

    private static String of(JsonNode parameters) {
        return Fingerprint.of("echo", 1, parameters, Map.of());
    }

    @Property(tries = TRIES)
    void equalExactlyWhenTheValuesAre(@ForAll("values") JsonNode one, @ForAll("values") JsonNode other) {
        assertThat(of(one).equals(of(other))).isEqualTo(FakeWork.same(one, other));
        assertThat(JsonEquality.same(one, other)).isEqualTo(FakeWork.same(one, other));
    }

    @Property(tries = TRIES)
    void anotherArrangementOfTheSameTextsIsAnotherValue(
            @ForAll("arrangements") JsonNode one, @ForAll("arrangements") JsonNode other) {
        assertThat(of(one).equals(of(other))).isEqualTo(FakeWork.same(one, other));
    }

    @Property(tries = TRIES)
    void orderOfFieldsAndSpellingOfNumbersDoNotCount(@ForAll("values") JsonNode value) {
        assertThat(of(respelled(value))).isEqualTo(of(value));
        assertThat(JsonEquality.same(respelled(value), value)).isTrue();
    }

    @Property(tries = TRIES)
    void executorVersionAndConsumedAttemptsCount(
            @ForAll("inputs") List<Object> one, @ForAll("inputs") List<Object> other) {
        assertThat(of(one).equals(of(other))).isEqualTo(one.equals(other));
    }

    @SuppressWarnings("unchecked")
    private static String of(List<Object> input) {
        return Fingerprint.of(
                (String) input.get(0), (Integer) input.get(1), NODES.textNode((String) input.get(2)), (Map<
                                TaskName, Consumed>)
                        input.get(3));
    }

    @Provide
    Arbitrary<List<Object>> inputs() {
        Arbitrary<String> text = Arbitraries.of("", "1", "a", "a1");
        Arbitrary<Integer> number = Arbitraries.integers().between(0, 2);
        Arbitrary<Map<TaskName, Consumed>> consumed = Arbitraries.maps(
                        Arbitraries.of("a", "b").map(TaskName::new),
                        Combinators.combine(number, number).as(Consumed::new))
                .ofMaxSize(2);
        return Combinators.combine(text, number, text, consumed).as(List::of);
    }

    /** Small values, so that two of them are often equal, and half equal more often. */
    @Provide
    Arbitrary<JsonNode> values() {
        Arbitrary<JsonNode> texts = Arbitraries.of(
                        "", "a", "b", "ab", "0", "?", "ä", "\ud83d\ude00", "\ud800", "\udc00", "\ufffd")
                .map(NODES::textNode);
        Arbitrary<JsonNode> numbers = Arbitraries.of(
                        "0", "0.0", "-0.0", "0e9", "1", "1.0", "1e0", "-1", "10", "1e1", "0.1", "0.10", "1e400",
                        "10e399")
                .map(BigDecimal::new)
                .map(NODES::numberNode);
        Arbitrary<JsonNode> others =
                Arbitraries.of(NODES.nullNode(), NODES.booleanNode(true), NODES.booleanNode(false));
        return nested(Arbitraries.oneOf(texts, numbers, others), 2);
    }

    private static Arbitrary<JsonNode> nested(Arbitrary<JsonNode> inner, int depth) {
        if (depth == 0) {
            return inner;
        }
        Arbitrary<JsonNode> deeper = nested(inner, depth - 1);
        return Arbitraries.frequencyOf(
                Tuple.of(3, inner),
                Tuple.of(1, deeper.list().ofMaxSize(2).map(FingerprintPropertiesTest::array)),
                Tuple.of(
                        1,
                        Arbitraries.maps(Arbitraries.of("a", "b", "ab"), deeper)
                                .ofMaxSize(2)
                                .map(FingerprintPropertiesTest::object)));
    }

    /**
     * Lists of lists of short texts. Among the few letters are those that look like the mark before a text, in the
     * first or in the last byte: written one after the other, many of these lists would be alike.
     */
    @Provide
    Arbitrary<JsonNode> arrangements() {
        Arbitrary<JsonNode> text =
                Arbitraries.strings().withChars("as\u7300").ofMaxLength(2).map(NODES::textNode);
        Arbitrary<JsonNode> list = text.list().ofMaxSize(3).map(FingerprintPropertiesTest::array);
        return Arbitraries.oneOf(text, list).list().ofMaxSize(3).map(FingerprintPropertiesTest::array);
    }

    private static JsonNode array(List<JsonNode> elements) {
        return NODES.arrayNode().addAll(elements);
    }

    private static JsonNode object(Map<String, JsonNode> fields) {
        return NODES.objectNode().setAll(new HashMap<>(fields));
    }

    /** The same value with its fields the other way round and its numbers with more zeros. */
    private static JsonNode respelled(JsonNode value) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            return NODES.numberNode(number.setScale(number.scale() + 3));
        }
        if (value.isArray()) {
            ArrayNode array = NODES.arrayNode();
            value.forEach(element -> array.add(respelled(element)));
            return array;
        }
        if (value.isObject()) {
            List<String> names = new ArrayList<>();
            value.fieldNames().forEachRemaining(name -> names.add(0, name));
            ObjectNode object = NODES.objectNode();
            names.forEach(name -> object.set(name, respelled(value.get(name))));
            return object;
        }
        return value;
    }
}
