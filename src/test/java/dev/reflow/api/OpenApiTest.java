package dev.reflow.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the served document says what somebody needs who knows nothing else. */
@QuarkusTest
class OpenApiTest {
    /** What generators of clients are given, without a service that runs. */
    private static final Path SNAPSHOT = Path.of("src/test/resources/openapi.json");

    /** A status of the platform that this service never answers. */
    private static final String NEVER = "402";

    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private JsonNode document;
    private List<ServedOperation> operations;

    @BeforeEach
    void readDocument() {
        document = ServedOperation.served();
        operations = ServedOperation.all();
    }

    @Test
    void everyOperationSaysWhatItDoes() {
        List<String> tags = textsAt(document.path("tags"), "/name");
        assertThat(operations).isNotEmpty().allSatisfy(operation -> {
            assertThat(operation.document().path("summary").asText()).isNotEmpty();
            assertThat(operation.document().path("tags")).hasSize(1);
            assertThat(tags).contains(operation.document().at("/tags/0").asText());
            assertThat(textsAt(operation.document().path("parameters"), "/description"))
                    .doesNotContain("");
            operation
                    .document()
                    .path("responses")
                    .forEach(response ->
                            assertThat(response.path("description").asText()).isNotEmpty());
        });
        assertThat(textsAt(document.path("tags"), "/description")).doesNotContain("");
    }

    @Test
    void everyOperationHasANameOfItsOwn() {
        assertThat(operations)
                .extracting(
                        operation -> operation.document().path("operationId").asText())
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(name).matches("[a-z]+([A-Z][a-z]+)+"));
    }

    @Test
    void bothCredentialsOpenEveryOperation() {
        JsonNode schemes = document.at("/components/securitySchemes");
        assertThat(document.path("security"))
                .hasSize(2)
                .allSatisfy(each ->
                        assertThat(schemes.has(each.fieldNames().next())).isTrue());
        assertThat(schemes.at("/BearerAuth/scheme").asText()).isEqualTo("bearer");
        assertThat(schemes.at("/APIKeyAuth/name").asText()).isEqualTo("X-API-Key");
        assertThat(operations)
                .allSatisfy(operation ->
                        assertThat(operation.document().has("security")).isFalse());
    }

    @Test
    void everyRequestHasAnExample() {
        assertThat(operations)
                .filteredOn(ServedOperation::hasBody)
                .hasSizeGreaterThan(15)
                .allSatisfy(operation -> assertThat(operation.document().at("/requestBody/content"))
                        .allSatisfy(this::hasGoodExample));
    }

    @Test
    void everyAnswerHasAnExample() {
        assertThat(operations)
                .allSatisfy(operation -> operation
                        .document()
                        .path("responses")
                        .fields()
                        .forEachRemaining(response -> {
                            if (!response.getKey().equals(NEVER)) {
                                assertThat(response.getValue().path("content"))
                                        .as(response.getKey())
                                        .allSatisfy(this::hasGoodExample);
                            }
                        }));
    }

    /** Which is what the schema says. Events are no JSON as a whole. */
    private void hasGoodExample(JsonNode content) {
        List<JsonNode> examples = new ArrayList<>();
        content.path("examples").forEach(example -> examples.add(example.path("value")));
        if (content.has("example")) {
            examples.add(content.path("example"));
        }
        assertThat(examples).isNotEmpty().allSatisfy(example -> {
            if (example.isContainerNode()) {
                ObjectNode schema = content.path("schema").deepCopy();
                schema.set("components", document.path("components"));
                assertThat(SCHEMAS.getSchema(schema).validate(example)).isEmpty();
            } else {
                assertThat(example.asText()).startsWith("id:");
            }
        });
    }

    @Test
    void failuresHaveTheirOwnBodies() {
        assertThat(operations)
                .allSatisfy(operation -> operation
                        .document()
                        .path("responses")
                        .fields()
                        .forEachRemaining(response -> {
                            if (response.getKey().compareTo("400") >= 0) {
                                assertThat(response.getValue()
                                                .at("/content/application~1json/schema/$ref")
                                                .asText())
                                        .endsWith(
                                                response.getKey().equals("422")
                                                        ? "/ValidationErrorResponse"
                                                        : "/ErrorResponse");
                            }
                        }));
    }

    @Test
    void everyOperationMayHaveToBeRepeatedLater() {
        assertThat(operations).allSatisfy(operation -> {
            JsonNode responses = operation.document().path("responses");
            assertThat(responses.has("504")).isTrue();
            for (String code : List.of("429", "503")) {
                assertThat(responses
                                .at("/" + code + "/headers/Retry-After/schema/type")
                                .asText())
                        .isEqualTo("integer");
            }
        });
    }

    /** After a change that is meant: {@code ./mvnw test -Dtest=OpenApiTest -Dopenapi.refresh}. */
    @Test
    void snapshotIsWhatIsServed() throws IOException {
        String served =
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document) + "\n";
        if (System.getProperty("openapi.refresh") != null) {
            Files.writeString(SNAPSHOT, served);
        }
        assertThat(Files.readString(SNAPSHOT)).isEqualTo(served);
    }

    private static List<String> textsAt(JsonNode list, String pointer) {
        return StreamSupport.stream(list.spliterator(), false)
                .flatMap(each -> Stream.of(each.at(pointer).asText()))
                .toList();
    }
}
