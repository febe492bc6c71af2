package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That every operation looks at everything that the document declares. */
@QuarkusTest
class FormsTest {
    private static final Map<String, String> ABSENT = Stream.of(
                    "flow_id",
                    "flow_execution_id",
                    "task_execution_id",
                    "task_output_id",
                    "service_account_id",
                    "api_key_id",
                    "organization_id")
            .collect(Collectors.toMap(name -> name, name -> UUID.randomUUID().toString()));

    @Inject
    Organizations organizations;

    private ApiClient api;
    private JsonNode schemas;

    @BeforeEach
    void readDocument() {
        api = organizations.create();
        schemas = ServedOperation.served().at("/components/schemas");
    }

    @Test
    void eachFaultIsNamedByEveryOperation() {
        List<String> surprises = new ArrayList<>();
        for (ServedOperation operation : ServedOperation.all()) {
            for (DeclaredInput input : DeclaredInput.of(operation, schemas)) {
                for (DeclaredInput.Wrong wrong : input.wrongs()) {
                    RequestDraft draft = operation.draft(ABSENT);
                    spoil(draft, input, wrong);
                    compare(operation + " " + input.loc(), draft, List.of(fault(input, wrong)), surprises);
                }
            }
        }
        assertThat(surprises).isEmpty();
    }

    @Test
    void allFaultsAreNamedAtOnceByEveryOperation() {
        List<String> surprises = new ArrayList<>();
        for (ServedOperation operation : ServedOperation.all()) {
            List<DeclaredInput> inputs = DeclaredInput.of(operation, schemas).stream()
                    .filter(input -> input.isLeaf() && !input.wrongs().isEmpty())
                    .toList();
            for (int round = 0; round < 4 && !inputs.isEmpty(); round++) {
                RequestDraft draft = operation.draft(ABSENT);
                List<String> expected = new ArrayList<>();
                for (DeclaredInput input : inputs) {
                    DeclaredInput.Wrong wrong =
                            input.wrongs().get(round % input.wrongs().size());
                    spoil(draft, input, wrong);
                    expected.add(fault(input, wrong));
                }
                compare(operation + " all of " + inputs.size(), draft, expected, surprises);
            }
        }
        assertThat(surprises).isEmpty();
    }

    private static void spoil(RequestDraft draft, DeclaredInput input, DeclaredInput.Wrong wrong) {
        JsonNode value = wrong.value();
        if (value == null) {
            draft.remove(input.loc());
        } else {
            draft.set(input.loc(), value);
        }
    }

    private static String fault(DeclaredInput input, DeclaredInput.Wrong wrong) {
        return input.loc() + " " + wrong.type();
    }

    private void compare(String what, RequestDraft draft, List<String> expected, List<String> surprises) {
        Response answer = draft.send(api.request());
        JsonNode body = json(answer);
        List<String> found = StreamSupport.stream(body.path("detail").spliterator(), false)
                .map(fault ->
                        steps(fault.path("loc")) + " " + fault.path("type").textValue())
                .sorted()
                .toList();
        boolean isEnvelope = body.at("/error/code").asText().equals("validation_error")
                && body.at("/error/details").equals(body.path("detail"))
                && body.path("request_id").asText().equals(answer.header("X-Request-ID"));
        if (answer.statusCode() != 422
                || !isEnvelope
                || !found.equals(expected.stream().sorted().toList())) {
            surprises.add(what + ": expected " + expected + " but " + answer.statusCode() + " " + found);
        }
    }

    private static List<String> steps(JsonNode loc) {
        return StreamSupport.stream(loc.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    @Test
    void nullAndUnknownMembersAreAcceptedByEveryOperation() {
        List<ServedOperation> operations =
                ServedOperation.all().stream().filter(ServedOperation::hasBody).toList();
        assertThat(operations).hasSizeGreaterThan(15).allSatisfy(operation -> {
            int usual = operation.draft(ABSENT).send(api.request()).statusCode();
            List<DeclaredInput> optional = DeclaredInput.of(operation, schemas).stream()
                    .filter(DeclaredInput::isOptionalMember)
                    .toList();
            List<DeclaredInput> innerFirst = new ArrayList<>(optional);
            Collections.reverse(innerFirst); // so that nothing is left of what is null as a whole
            for (List<DeclaredInput> nulls : List.of(optional, innerFirst)) {
                RequestDraft draft = operation.draft(ABSENT);
                nulls.forEach(input -> draft.set(input.loc(), JsonNodeFactory.instance.nullNode()));
                ((ObjectNode) draft.body()).putObject("colour").put("depth", 1);
                Response answer = draft.send(api.request());
                assertThat(answer.statusCode())
                        .as(answer.asString())
                        .isEqualTo(usual)
                        .isIn(200, 201, 404);
            }
        });
    }
}
