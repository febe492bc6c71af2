package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.embedded.HeldEngine;
import dev.reflow.error.ErrorCode;
import dev.reflow.execution.ActionOutcome;
import dev.reflow.execution.ExecutionAction;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.support.ApiClient;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every action on an execution in every status: the table is what happens, and what is written about it. */
@QuarkusTest
class StateActionMatrixTest {
    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    @Inject
    HeldEngine engine;

    private ApiClient api;
    private HoldingServer server;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
        server = new HoldingServer();
    }

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
        server.close();
    }

    static Stream<Arguments> cells() {
        return Arrays.stream(ExecutionStatus.values())
                .flatMap(status -> Arrays.stream(ExecutionAction.values()).map(action -> Arguments.of(status, action)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("cells")
    void actionDoesWhatTheTableSays(ExecutionStatus status, ExecutionAction action) throws InterruptedException {
        ExecutionInStatus execution = new ExecutionInStatus(api, organizations, server);
        ActionOutcome outcome = action.on(status);
        boolean cancelled = status == ExecutionStatus.CANCEL_REQUESTED;
        execution.bringTo(cancelled ? ExecutionStatus.RUNNING : status);
        try (HeldEngine.Hold hold = engine.hold()) {
            if (cancelled) {
                execution.perform(ExecutionAction.CANCEL);
            }
            assertThat(execution.status()).isEqualTo(status.code());
            String before = execution.rows();

            assertAnswered(execution.perform(action), action, outcome);

            assertThat(execution.status())
                    .isEqualTo(outcome.status().orElse(status).code());
            if (outcome.changes()) {
                assertThat(execution.rows()).isNotEqualTo(before);
            } else {
                assertThat(execution.rows()).isEqualTo(before);
            }
        }
        if (outcome.status().orElse(status) == ExecutionStatus.CANCEL_REQUESTED) {
            api.awaitStatus(execution.id().toString(), "cancelled");
        }
    }

    private static void assertAnswered(Response answer, ExecutionAction action, ActionOutcome outcome) {
        assertThat(answer.statusCode())
                .as(answer.asString())
                .isEqualTo(outcome.refusal().map(ErrorCode::httpStatus).orElse(action.answer()));
        outcome.refusal()
                .ifPresent(refusal -> assertThat(
                                json(answer).path("error").path("code").textValue())
                        .isEqualTo(refusal.code()));
    }

    @Test
    void servedDocumentShowsTheTableOfEveryAction() {
        JsonNode paths =
                json(RestAssured.given().get("/q/openapi?format=json"), 200).path("paths");
        OpenApiRules.ACTIONS.forEach((operation, actions) -> {
            String[] methodAndPath = operation.split(" ");
            assertThat(paths.path(methodAndPath[1])
                            .path(methodAndPath[0].toLowerCase(Locale.ROOT))
                            .path("description")
                            .textValue())
                    .as(operation)
                    .endsWith(ActionTable.markdown(actions));
        });
        assertThat(OpenApiRules.ACTIONS.values().stream().flatMap(List::stream))
                .containsExactlyInAnyOrder(ExecutionAction.values());
    }

    @Test
    void architecturePageShowsTheWholeTable() throws IOException {
        assertThat(Files.readString(Path.of("src/site/markdown/architecture.md")))
                .contains("\n" + ActionTable.markdown(List.of(ExecutionAction.values())) + "\n");
    }
}
