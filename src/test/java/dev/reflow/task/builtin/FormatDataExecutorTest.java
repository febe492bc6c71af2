package dev.reflow.task.builtin;

import static dev.reflow.task.builtin.Executors.config;
import static dev.reflow.task.builtin.Executors.failure;
import static dev.reflow.task.builtin.Executors.input;
import static dev.reflow.task.builtin.Executors.json;
import static dev.reflow.task.builtin.Executors.output;
import static dev.reflow.task.builtin.Executors.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.Fault;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatDataExecutorTest {
    private static final String ENDLESS = "($f := function($n) { $f($n + 1) }; $f(0))";
    private static Vertx vertx;
    private static FormatDataExecutor formatData;
    private static FormatDataExecutor hasty;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        formatData = new FormatDataExecutor(vertx, config(Map.of()));
        hasty = new FormatDataExecutor(vertx, config(Map.of("format-data.timeout", "PT0.2S")));
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void expressionComputesOverData() {
        assertThat(
                        evaluate(
                                "{'total': $sum(items.(price * quantity)), 'names': items[price > 2].name}"
                                        .replace('\'', '"'),
                                "{'items': [{'name': 'a', 'price': 2, 'quantity': 3}, {'name': 'b', 'price': 2.5, 'quantity': 2}]}"))
                .isEqualTo(json("{'total': 11, 'names': 'b'}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "''",
                "'ü€𝄞 \\\\ \\u0001'",
                "0",
                "-7",
                "2147483648",
                "9007199254740993",
                "9223372036854775807",
                "12345678901234567890123",
                "0.1",
                "0.30000000000000004",
                "123456.78901234567",
                "1e300",
                "5e-324",
                "[]",
                "[[]]",
                "[null, 1, [null]]",
                "[[1, 2], [3]]",
                "[1]",
                "{}",
                "{'b': 1, 'a': {'d': null, 'c': [{}]}, '': 0}"
            })
    void dataThatIsHandedOnLeavesAsItCame(String data) {
        JsonNode value = json(data);

        assertThat(evaluate("$", data)).isEqualTo(value);
        assertThat(evaluate("x", "{'x': " + data + "}")).isEqualTo(value);
        assertThat(evaluate("{\"y\": x}", "{'x': " + data + "}").path("y")).isEqualTo(value);
    }

    @Test
    void orderOfKeysIsKept() {
        assertThat(evaluate("$", "{'z': 1, 'a': {'y': 2, 'b': 3}}")).hasToString("{\"z\":1,\"a\":{\"y\":2,\"b\":3}}");
        assertThat(evaluate("{\"z\": 1, \"a\": 2, \"m\": 3}", "{}")).hasToString("{\"z\":1,\"a\":2,\"m\":3}");
    }

    @Test
    void decimalsThatNoDoubleHoldsPassUnchanged() {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("x", new BigDecimal("1234567890.12345678901234567890"));

        JsonNode passed = output(run(formatData, input(parameters("x", data))));

        assertThat(passed.decimalValue()).isEqualTo(new BigDecimal("1234567890.12345678901234567890"));
    }

    @ParameterizedTest
    @CsvSource({
        "5 + 5, 10",
        "10 / 2, 5",
        "2.5 * 4, 10",
        "1e3, 1000",
        "$number(\"10.0\"), 10",
        "$power(2; 40), 1099511627776",
        "-(0), 0",
        "0.1 + 0.2, 0.3",
        "19.99 * 3, 59.97",
        "1.1 + 2.2, 3.3",
        "1 / 3, 0.333333333333333",
        "2 / 3, 0.666666666666667",
        "1e21 * 1, 1.0E21",
        "1e-7 * 1, 1.0E-7",
        "100 * 1.1, 110",
        "$sum([0.1; 0.2; 0.3]), 0.6",
        "$round(2.5), 2",
        "$average([1; 2]), 1.5",
        "7 % 3, 1"
    })
    void computedNumbersAreShownWithFifteenDigits(String expression, String number) {
        assertThat(evaluate(expression.replace(';', ','), "{}")).hasToString(number);
    }

    @Test
    void wholeNumberOfDataIsWrittenWhole() {
        assertThat(evaluate("x", "{'x': 10.0}")).hasToString("10");
    }

    @Test
    void computedNumberIsRoundedEvenBesideOneThatIsNot() {
        assertThat(evaluate("[x, 0.1 + 0.7]", "{'x': 0.30000000000000004}")).hasToString("[0.30000000000000004,0.8]");
    }

    @Test
    void expressionThatSelectsNothingGivesNull() {
        assertThat(evaluate("absent.field", "{'x': 1}")).isEqualTo(json("null"));
        assertThat(evaluate("x", "null")).isEqualTo(json("null"));
        assertThat(output(run(formatData, input(json("{'expression': 'x'}"))))).isEqualTo(json("null"));
    }

    @Test
    void nullIsNotTheSameAsNothing() {
        assertThat(evaluate("[$type(x), $exists(x), $exists(y), $type(l[1])]", "{'x': null, 'l': [1, null]}"))
                .isEqualTo(json("['null', true, false, 'null']"));
        assertThat(evaluate("{\"a\": x, \"b\": y}", "{'x': null}")).isEqualTo(json("{'a': null}"));
    }

    @Test
    void textFunctionsWork() {
        assertThat(evaluate(
                        "$uppercase(name) & \" \" & $string(n) & $join(l, \"-\")",
                        "{'name': 'ada', 'n': 1.5, 'l': ['x', 'y']}"))
                .isEqualTo(json("'ADA 1.5x-y'"));
        assertThat(evaluate("$match(s, /a(b+)/).groups", "{'s': 'abbb'}")).isEqualTo(json("['bbb']"));
        assertThat(evaluate("$eval(\"x + 1\")", "{'x': 1}")).isEqualTo(json("2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "function($x) { $x }",
                "$sum",
                "/a+/",
                "[1, function($x) { $x }]",
                "{\"f\": $uppercase}",
                "/a/(\"abc\")",
                "$substring(?, 1)"
            })
    void functionIsNoResult(String expression) {
        assertThat(failure(run(formatData, input(parameters(expression, json("{}"))))))
                .isEqualTo("the expression failed: the result is or contains a function, which JSON has not");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 + | Unexpected end of expression (at position 3)",
                "(1 | Expected \")\" before end of expression (at position 2)",
                "a.b] | Syntax error: \"]\" (at position 4)",
                "\"abc | String literal must be terminated by a matching quote (at position 4)",
                "{ | before end of expression",
                "$x := | Unexpected end of expression",
                "/* | Unexpected end of expression"
            })
    void syntaxErrorIsFaultOfTheDefinition(String expression, String message) {
        assertThat(formatData.checkParameters(parameters(expression, json("{}"))))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.loc()).containsExactly("expression");
                    assertThat(fault.type()).isEqualTo("jsonata_syntax");
                    assertThat(fault.msg()).startsWith("Not JSONata: ").contains(message);
                });
        assertThat(failure(run(formatData, input(parameters(expression, json("{}"))))))
                .startsWith("invalid expression: ")
                .contains(message);
    }

    @Test
    void soundExpressionHasNoFault() {
        assertThat(formatData.checkParameters(parameters("$sum(items.price)", json("{}"))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 + \"x\" | The right side of the \"+\" operator must evaluate to a number",
                "$sum(\"x\") | must be an array of",
                "$number(\"x\") | x",
                "$notdefined() | Attempted to invoke a non-function",
                "1 / 0 | Number out of range",
                "1e300 * 1e300 | Number out of range",
                "$sqrt(-1) | cannot be applied to a negative number",
                "$error(\"out of stock\") | out of stock",
                "$eval(\"1 +\") | Syntax error in expression passed"
            })
    void errorWhileEvaluatingFailsTheTask(String expression, String message) {
        assertThat(failure(run(formatData, input(parameters(expression, json("{}"))))))
                .startsWith("the expression failed: ")
                .contains(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ENDLESS,
                "[1, " + ENDLESS + "]",
                "$map([1, 2], function($x) { " + ENDLESS + " })",
                "$count([1..3000].($a := $; [1..3000].($b := $; $a * $b)))",
                "$eval(\"($f := function($n) { $f($n + 1) }; $f(0))\")",
                "($f := function($n) { [1, $f($n + 1)] ~> $count }; $g := function() { $eval('1') = 1 ? $g() }; $g())"
            })
    void endlessExpressionFailsWhenItsTimeIsUp(String expression) {
        assertThat(failure(run(hasty, input(parameters(expression, json("{}"))))))
                .isEqualTo("the expression took longer than 0.2 s");
    }

    @Test
    void stepThatCannotBeInterruptedFailsAllTheSame() {
        FormatDataExecutor own = new FormatDataExecutor(vertx, config(Map.of("format-data.timeout", "PT0.05S")));
        String backtracking = "$contains(\"" + "a".repeat(25) + "\", /(a*)*\\1b/)";

        assertThat(failure(run(own, input(parameters(backtracking, json("{}"))))))
                .isEqualTo("the expression took longer than 0.05 s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
                "($f := function($n) { $map([1], function($x) { $f($x) }) }; $f(0))",
                "($f := function($n) { $sort([2, 1], function($a, $b) { $f(1) }) }; $f(0))"
            })
    void endlessRecursionFails(String expression) {
        assertThat(failure(run(formatData, input(parameters(expression, json("{}"))))))
                .contains("recursion");
    }

    @Test
    void usualRecursionIsPossible() {
        assertThat(evaluate("($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(20))", "{}"))
                .isEqualTo(json("2432902008176640000"));
        assertThat(evaluate("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(300))", "{}"))
                .isEqualTo(json("300"));
        assertThat(evaluate("($f := function($n, $s) { $n = 0 ? $s : $f($n - 1, $s + $n) }; $f(10000, 0))", "{}"))
                .isEqualTo(json("50005000"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "($f := function($s) { $f($s & $s) }; $f(\"x\"))",
                "($f := function($l) { $f($append($l, $l)) }; $f([1, 2]))",
                "($f := function($x, $n) { $n = 0 ? $x : $f({\"a\": $x, \"b\": $x}, $n - 1) }; $f(1, 30))",
                "($f := function($x, $n) { $n = 0 ? $x : $f({\"a\": $x}, $n - 1) }; $f(1, 5000))"
            })
    void explodingValueFails(String expression) {
        assertThat(failure(run(formatData, input(parameters(expression, json("{}"))))))
                .contains("more than");
    }

    @Test
    void bracketsWithoutEndAreFaultOfTheDefinition() {
        assertThat(formatData.checkParameters(parameters("(".repeat(100_000), json("{}"))))
                .extracting(Fault::type)
                .containsExactly("jsonata_syntax");
    }

    @Test
    void expressionCannotSwitchItsBoundsOff() {
        assertThat(failure(run(
                        hasty,
                        input(parameters("($__evaluate_entry := $no; $__evaluate_exit := $no; 1)", json("{}"))))))
                .contains("reserved");
        assertThat(failure(run(
                        hasty,
                        input(parameters(
                                "$eval(\"($__evalu\" & \"ate_entry := $no; $f := function() { $f() }; $f())\")",
                                json("{}"))))))
                .contains("reserved");
    }

    @Test
    void cancelledEvaluationGivesItsThreadBack() throws Exception {
        int more = Runtime.getRuntime().availableProcessors() + 2;
        List<Cancellable> endless = IntStream.range(0, more)
                .mapToObj(i -> formatData
                        .execute(input(parameters(ENDLESS, json("{}"))))
                        .subscribe()
                        .with(outcome -> {}))
                .toList();
        endless.forEach(Cancellable::cancel);

        assertThat(evaluate("1 + 1", "{}")).isEqualTo(json("2"));
    }

    @Test
    void evaluationLeavesTheEventLoop() throws Exception {
        CountDownLatch loopIsFree = new CountDownLatch(1);
        CompletableFuture<Cancellable> endless = new CompletableFuture<>();
        vertx.runOnContext(ignored -> {
            endless.complete(formatData
                    .execute(input(parameters(ENDLESS, json("{}"))))
                    .subscribe()
                    .with(outcome -> {}));
            vertx.runOnContext(next -> loopIsFree.countDown());
        });

        assertThat(loopIsFree.await(5, TimeUnit.SECONDS)).isTrue();
        endless.get(5, TimeUnit.SECONDS).cancel();
    }

    @Test
    void manyEvaluationsAtOnceDoNotDisturbEachOther() {
        List<Uni<TaskOutcome>> all = IntStream.range(0, 500)
                .mapToObj(i -> formatData.execute(input(parameters(
                        "$string(n) & $formatNumber(n, \"#,##0.00\") & $fromMillis(n * 86400000) & (l ~> $map(function($x) { $x + n }) ~> $join)",
                        json("{'n': " + i + ", 'l': []}")))))
                .toList();

        List<TaskOutcome> outcomes = Uni.join().all(all).andFailFast().await().atMost(Duration.ofSeconds(10));

        for (int i = 0; i < 500; i++) {
            assertThat(output(outcomes.get(i)).textValue()).startsWith(i + "");
        }
    }

    @Test
    void parametersOfWrongTypeFail() {
        assertThat(failure(run(formatData, input(json("{'data': 1}"))))).contains("expression: Field required");
        assertThat(failure(run(formatData, input(json("{'expression': 7}"))))).contains("parameters.expression: ");
        assertThat(failure(run(formatData, input(json("{'expression': ''}"))))).contains("parameters.expression: ");
    }

    private static JsonNode evaluate(String expression, String data) {
        return output(run(formatData, input(parameters(expression, json(data)))));
    }

    private static JsonNode parameters(String expression, JsonNode data) {
        ObjectNode parameters = new ObjectMapper().createObjectNode().put("expression", expression);
        parameters.set("data", data);
        return parameters;
    }
}
