package dev.reflow.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.reflow.error.Fault;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLimitsTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

    @Test
    void ordinaryJsonIsKept() {
        JsonNode value = NODES.objectNode()
                .put("text", "ä \uD83D\uDE00 \uFFFF")
                .put("double", 1.5e300)
                .put("whole", Long.MIN_VALUE)
                .put("flag", true)
                .put("bytes", new byte[] {0})
                .putNull("none")
                .set("list", NODES.arrayNode().add("").add(NODES.objectNode()));

        assertThat(JsonLimits.check(value)).isEmpty();
    }

    @Test
    void nestingHasALimit() {
        assertThat(JsonLimits.check(nested(500))).isEmpty();
        assertThat(JsonLimits.check(nested(501)))
                .contains(new Fault(List.of(), "json_invalid", "Value should be nested at most 500 levels deep"));
        assertThat(JsonLimits.check(nested(900))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e1000", "9.99e1000", "-1e-1000", "0.00", "0e1000", "123.456e7"})
    void numberOfReasonableSizeIsKept(String number) {
        assertThat(JsonLimits.check(NODES.numberNode(new BigDecimal(number)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e1001",
                "10e1000",
                "-1e-1001",
                "10e2147483647",
                "1e-2147483647",
                "0e2147483647",
                "0e-2147483647"
            })
    void exponentHasBounds(String number) {
        assertThat(JsonLimits.check(NODES.numberNode(new BigDecimal(number))))
                .contains(new Fault(List.of(), "json_invalid", "Number should have an exponent from -1000 to 1000"));
    }

    @Test
    void digitsHaveALimit() {
        BigInteger largest = BigInteger.TEN.pow(1000).subtract(BigInteger.ONE);

        assertThat(JsonLimits.check(NODES.numberNode(largest))).isEmpty();
        assertThat(JsonLimits.check(NODES.numberNode(new BigDecimal(largest, 500))))
                .isEmpty();
        assertThat(JsonLimits.check(NODES.numberNode(largest.add(BigInteger.ONE))))
                .map(Fault::msg)
                .contains("Number should have at most 1000 digits");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void numberIsFinite(double number) {
        assertThat(JsonLimits.check(NODES.numberNode(number))).map(Fault::msg).contains("Number should be finite");
        assertThat(JsonLimits.check(NODES.numberNode((float) number))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "\uD83D", "\uDE00", "\uDE00\uD83D", "a\uD83Db"})
    void textThatNoDatabaseHoldsIsNotKept(String text) {
        assertThat(JsonLimits.isStorable(text)).isFalse();
        assertThat(JsonLimits.check(NODES.textNode(text))).map(Fault::type).contains("string_unicode");
        assertThat(JsonLimits.check(NODES.objectNode().put(text, 1)))
                .map(Fault::type)
                .contains("string_unicode");
    }

    @Test
    void whatIsNoJsonIsNotKept() {
        assertThat(JsonLimits.check(NODES.pojoNode(new Object()))).isPresent();
        assertThat(JsonLimits.check(MissingNode.getInstance())).isPresent();
    }

    @Test
    void faultTellsItsPlace() {
        JsonNode value = NODES.objectNode()
                .set("a", NODES.arrayNode().add(1).add(NODES.objectNode().put("b", "\0")));

        assertThat(JsonLimits.check(value)).hasValueSatisfying(fault -> {
            assertThat(fault.loc()).containsExactly("a", 1, "b");
            assertThat(fault.text("output"))
                    .isEqualTo("output.a[1].b: String should have no NUL characters and no halves of surrogate pairs");
        });
    }

    private static JsonNode nested(int levels) {
        ArrayNode value = NODES.arrayNode();
        for (int i = 1; i < levels; i++) {
            value = NODES.arrayNode().add(value);
        }
        return value;
    }
}
