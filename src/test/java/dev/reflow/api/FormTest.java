package dev.reflow.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormTest {
    private static final UUID ID = UUID.fromString("0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4a");

    private final Form form = new Form();

    @Test
    void aFormWithoutFaultsPasses() {
        assertThat(form.path("flow_id", ID.toString()).uuid().required()).isEqualTo(ID);
        form.check();
    }

    @Test
    void everyFaultIsReportedAtOnceInTheOrderOfReading() {
        form.path("flow_id", "x").uuid().required();
        form.query("page", "0").integer().atLeast(1).or(1);
        form.body(body("{\"name\": 1}")).field("name").text().required();

        assertThat(faults())
                .extracting(Fault::loc, Fault::type)
                .containsExactly(
                        tuple(List.of("path", "flow_id"), "uuid_parsing"),
                        tuple(List.of("query", "page"), "greater_than_equal"),
                        tuple(List.of("body", "name"), "string_type"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4a",
                "0B0C7F5A-9C0B-4D0E-8F43-6A1E5D2C3B4A",
                "0b0c7f5a9c0b4d0e8f436a1e5d2c3b4a",
                "urn:uuid:0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4a",
                "{0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4a}",
            })
    void uuidIsAcceptedInAllItsSpellings(String text) {
        assertThat(query(text).uuid().required()).isEqualTo(ID);
        form.check();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1-1-1-1-1 | invalid length: expected length 32 for simple format, found 5",
                "nope | invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `n` at 1",
                "0b0c7f5a-9c0b-4d0e-8f43-6a1e5d2c3b4 | invalid length: expected length 32 for simple format, found 31",
                "'' | invalid length: expected length 32 for simple format, found 0",
            })
    void otherUuidIsRefused(String text, String reason) {
        query(text).uuid().required();
        assertThat(onlyFault()).isEqualTo("uuid_parsing: Input should be a valid UUID, " + reason);
    }

    @ParameterizedTest
    @CsvSource({
        "true, true",
        "TRUE, true",
        "1, true",
        "yes, true",
        "On, true",
        "t, true",
        "Y, true",
        "false, false",
        "0, false",
        "No, false",
        "off, false",
        "F, false",
        "n, false"
    })
    void booleanIsAcceptedAsAWord(String text, boolean expected) {
        assertThat(query(text).bool().or(!expected)).isEqualTo(expected);
        form.check();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "", "2", " true"})
    void otherBooleanIsRefused(String text) {
        query(text).bool().or(false);
        assertThat(onlyFault()).isEqualTo("bool_parsing: Input should be a valid boolean, unable to interpret input");
    }

    @ParameterizedTest
    @CsvSource({"5, 5", "+5, 5", "-5, -5", "' 5 ', 5", "5.0, 5", "1_000, 1000", "007, 7"})
    void integerIsAcceptedAsText(String text, int expected) {
        assertThat(query(text).integer().required()).isEqualTo(expected);
        form.check();
    }

    @ParameterizedTest
    @CsvSource({"5.5", "five", "''", "0x5", "1e3", "--1"})
    void otherIntegerTextIsRefused(String text) {
        query(text).integer().required();
        assertThat(onlyFault())
                .isEqualTo("int_parsing: Input should be a valid integer, unable to parse string as an integer");
    }

    @ParameterizedTest
    @CsvSource({
        "5.5, int_from_float",
        "true, int_type",
        "[], int_type",
        "99999999999, less_than_equal",
        "-99999999999, greater_than_equal",
        "1e400, less_than_equal",
        "1e-400, int_from_float",
    })
    void otherIntegerInABodyIsRefused(String json, String type) {
        member(json).integer().required();
        assertThat(faults()).extracting(Fault::type).containsExactly(type);
    }

    @Test
    void wholeNumberInABodyMayBeWrittenWithAPoint() {
        assertThat(member("7.00").integer().required()).isEqualTo(7);
        assertThat(member("0e5").integer().required()).isZero();
        form.check();
    }

    @Test
    void integerHasBounds() {
        query("0").integer().atLeast(1).atMost(100).or(20);
        query("101").integer().atLeast(1).atMost(100).or(20);
        assertThat(faults())
                .extracting(Fault::type, Fault::msg)
                .containsExactly(
                        tuple("greater_than_equal", "Input should be greater than or equal to 1"),
                        tuple("less_than_equal", "Input should be less than or equal to 100"));
    }

    @Test
    void textHasBoundsInCharacters() {
        assertThat(query("\uD83D\uDE00").text().atLeast(1).atMost(1).required()).isEqualTo("\uD83D\uDE00");
        form.check();
        query("").text().atLeast(1).atMost(255).required();
        query("abc").text().atMost(2).orNull();
        assertThat(faults())
                .extracting(Fault::type, Fault::msg)
                .containsExactly(
                        tuple("string_too_short", "String should have at least 1 character"),
                        tuple("string_too_long", "String should have at most 2 characters"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ascending", "asc\n", "ASC", ""})
    void textMatchesItsPatternAsAWhole(String text) {
        query(text).text().matching(Pattern.compile("^(asc|desc)$")).or("desc");
        assertThat(onlyFault()).isEqualTo("string_pattern_mismatch: String should match pattern '^(asc|desc)$'");
    }

    @Test
    void enumIsReadInLowerCase() {
        assertThat(query("awaiting_input").oneOf(ExecutionStatus.class).required())
                .isEqualTo(ExecutionStatus.AWAITING_INPUT);
        form.check();
        query("RUNNING").oneOf(ExecutionStatus.class).required();
        query("up").text().oneOf("completed", "failed").orNull();
        assertThat(faults()).extracting(Fault::type).containsExactly("enum", "enum");
        assertThat(faults().get(1).msg()).isEqualTo("Input should be 'completed' or 'failed'");
    }

    @ParameterizedTest
    @CsvSource({
        "2024-02-29T12:30:00Z, 2024-02-29T12:30:00Z",
        "2024-02-29T12:30:00+02:00, 2024-02-29T10:30:00Z",
        "2024-02-29T12:30:00-0130, 2024-02-29T14:00:00Z",
        "2024-02-29T12:30:00.123456, 2024-02-29T12:30:00.123456Z",
        "2024-02-29T12:30, 2024-02-29T12:30:00Z",
        "2024-02-29 12:30:00z, 2024-02-29T12:30:00Z",
        "2024-02-29, 2024-02-29T00:00:00Z",
        "0001-01-01, 0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z, 9999-12-31T23:59:59.999999Z",
    })
    void instantIsAcceptedInIso8601(String text, Instant expected) {
        assertThat(query(text).instant().required()).isEqualTo(expected);
        form.check();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2023-02-29T00:00:00Z", "2024-13-01", "", "2024-02-29T25:00:00Z", "12:30"})
    void otherInstantIsRefused(String text) {
        query(text).instant().required();
        assertThat(faults()).extracting(Fault::type).containsExactly("datetime_parsing");
    }

    @Test
    void nullIsNothingToAnOptionalValue() {
        assertThat(member("null").text().atLeast(1).orNull()).isNull();
        assertThat(member("null").integer().or(3)).isEqualTo(3);
        assertThat(member("null").json().orNull()).isNull();
        assertThat(member("null").object(FlowSettings::read).orNull()).isNull();
        form.check();
    }

    @ParameterizedTest
    @CsvSource({"text, string_type", "uuid, uuid_type", "bool, bool_type", "list, list_type", "object, dict_type"})
    void nullIsAFaultOfARequiredValue(String kind, String type) {
        Field field = member("null");
        switch (kind) {
            case "text" -> field.text().required();
            case "uuid" -> field.uuid().required();
            case "bool" -> field.bool().required();
            case "list" -> field.list(item -> item.text().required()).required();
            default -> field.object().required();
        }
        assertThat(faults()).extracting(Fault::type).containsExactly(type);
    }

    @Test
    void requiredValueMayNotBeAbsent() {
        form.query("flow_id", (String) null).uuid().required();
        assertThat(faults()).containsExactly(new Fault(List.of("query", "flow_id"), "missing", "Field required"));
    }

    @Test
    void nestedMembersAndItemsCarryTheirPlace() {
        Members members = form.body(body("{\"settings\": {\"ttl\": {\"seconds\": 5}}, \"tags\": [\"a\", 1]}"));
        members.field("settings").object(FlowSettings::read).orNull();
        members.field("tags").list(tag -> tag.text().required()).orNull();
        assertThat(faults())
                .extracting(Fault::loc)
                .containsExactly(List.of("body", "settings", "ttl", "seconds"), List.of("body", "tags", 1));
    }

    @Test
    void listHasBounds() {
        member("[]").list(1, 100, item -> item.text().required()).required();
        member("[1,2,3]").list(1, 2, item -> item.text().required()).required();
        assertThat(faults())
                .extracting(Fault::type, Fault::msg)
                .containsExactly(
                        tuple("too_short", "List should have at least 1 item after validation, not 0"),
                        tuple("too_long", "List should have at most 2 items after validation, not 3"));
    }

    @Test
    void repeatedParameterIsAList() {
        assertThat(form.query("status", List.of("running", "failed"))
                        .list(item -> item.oneOf(ExecutionStatus.class).required())
                        .or(List.of()))
                .containsExactly(ExecutionStatus.RUNNING, ExecutionStatus.FAILED);
        assertThat(form.query("tags", List.of())
                        .list(item -> item.text().required())
                        .orNull())
                .isNull();
        form.check();
    }

    @Test
    void absentNestedObjectIsMissingOnce() {
        form.body(body("{}")).field("settings").object(FlowSettings::read).required();
        assertThat(faults()).extracting(Fault::loc).containsExactly(List.of("body", "settings"));
    }

    @Test
    void unknownMembersAreAccepted() {
        FlowExecutionCreateRequest.read(
                form, body("{\"flow_id\": \"" + ID + "\", \"input\": {}, \"colour\": \"blue\"}"));
        form.check();
    }

    @Test
    void bodyThatIsThereIsRequired() {
        FlowDefinitionRequest.read(form, JsonBody.parse(new byte[0]));
        assertThat(faults()).containsExactly(new Fault(List.of("body"), "missing", "Field required"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "\"x\"", "null"})
    void bodyIsAnObject(String json) {
        FlowDefinitionRequest.read(form, body(json));
        assertThat(faults()).extracting(Fault::type).containsExactly("model_attributes_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{} x", " ", "{\"a\": NaN}", "{'a': 1}", "{\"a\": 01}", "nul", "{\"a\": 1, \"a\": 1}"})
    void otherBodyIsNoJson(String text) {
        FlowDefinitionRequest.read(form, body(text));
        assertThat(faults()).extracting(Fault::type).containsExactly("json_invalid");
        assertThat(faults().get(0).loc()).first().isEqualTo("body");
    }

    @Test
    void bytesThatAreNoTextAreNoJson() {
        form.body(JsonBody.parse(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}));
        assertThat(faults()).extracting(Fault::type).containsExactly("json_invalid");
    }

    @Test
    void nestingHasALimit() {
        form.body(body("{\"a\":".repeat(501) + "1" + "}".repeat(501)));
        assertThat(faults()).extracting(Fault::type).containsExactly("json_invalid");
        assertThat(body("[".repeat(500) + "]".repeat(500)).fault()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10e2147483647",
                "1e-2147483647",
                "1e1001",
                "1e99999999999",
                "1e-99999999999",
                "1e999999999999999999999"
            })
    void numbersHaveALimit(String number) {
        form.body(body("{\"a\": " + number + "}"));
        assertThat(faults()).extracting(Fault::type).containsExactly("json_invalid");
        assertThat(faults().get(0).loc()).first().isEqualTo("body");
    }

    @Test
    void textIsSuchThatADatabaseHoldsIt() {
        form.body(body("{\"a\": [\"x\", \"\\u0000\"]}"));
        form.body(body("{\"a\": {\"\\u0000\": \"\\ud800\"}}"));
        form.query("q", "\0").text().required();
        assertThat(faults())
                .extracting(Fault::loc, Fault::type)
                .containsExactly(
                        tuple(List.of("body", "a", 1), "string_unicode"),
                        tuple(List.of("body", "a"), "string_unicode"),
                        tuple(List.of("query", "q"), "string_unicode"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.10", "100", "1.0", "123456789012345678901234567890.12345678901234567890", "0.1"})
    void numbersSurviveAsTheyCame(String number) {
        assertThat(member(number).json().required()).hasToString(number);
    }

    @Test
    void endlessFaultsAreCut() {
        form.body(body("{\"tags\": [" + "1,".repeat(100_000) + "1]}"))
                .field("tags")
                .list(tag -> tag.text().required())
                .required();
        assertThat(faults()).hasSize(1000);
    }

    private Field query(String raw) {
        return form.query("value", raw);
    }

    private Field member(String json) {
        return form.body(body("{\"value\": " + json + "}")).field("value");
    }

    private static JsonBody body(String json) {
        return JsonBody.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    private String onlyFault() {
        assertThat(faults()).hasSize(1);
        return faults().get(0).type() + ": " + faults().get(0).msg();
    }

    private List<Fault> faults() {
        ReflowException failure = catchThrowableOfType(ReflowException.class, form::check);
        assertThat(failure.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
        return failure.faults();
    }
}
