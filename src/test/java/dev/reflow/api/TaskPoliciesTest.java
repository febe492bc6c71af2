package dev.reflow.api;

import static dev.reflow.support.FlowBuilder.flow;
import static dev.reflow.support.FlowBuilder.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Invariants;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class TaskPoliciesTest {
    @Inject
    Organizations organizations;

    @Inject
    Invariants invariants;

    private ApiClient api;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
    }

    @AfterEach
    void invariantsHold() {
        invariants.check(api.organization());
    }

    private static FlowBuilder calling(String url, String fields) {
        return flow().task("in", "webhook_receive", "{}")
                .task(
                        "call",
                        "http_request",
                        "{'url': '" + url + "', 'body': '{{in.output}}'}",
                        task -> task.setAll((ObjectNode) json("{" + fields + "}")));
    }

    private String start(FlowBuilder flow) {
        return api.start(api.createFlow(flow), "{}");
    }

    @Test
    void failedTaskIsTriedAsOftenAsItsPolicySays() {
        String execution = start(calling(
                "http://127.0.0.1:1/",
                "'retry_policy': {'maximum_attempts': 3, 'initial_interval_seconds': 0.01, 'backoff_coefficient': 1}"));
        api.awaitStatus(execution, "failed");
        assertThat(api.taskLines(execution))
                .containsExactly(
                        "call#0 failed consistent",
                        "call#1 failed consistent",
                        "call#2 failed consistent",
                        "in#0 completed consistent");
    }

    @Test
    void errorThatThePolicyNamesIsNotTriedAgain() {
        String execution = start(calling(
                "http://127.0.0.1:1/",
                "'retry_policy': {'initial_interval_seconds': 0.01, 'non_retryable_errors': ['REFUSED']}"));
        api.awaitStatus(execution, "failed");
        assertThat(api.taskLines(execution)).containsExactly("call#0 failed consistent", "in#0 completed consistent");
    }

    @Test
    void reExecutionHasAllAttemptsAgain() {
        String execution = start(calling(
                "http://127.0.0.1:1/", "'retry_policy': {'maximum_attempts': 2, 'initial_interval_seconds': 0.01}"));
        api.awaitStatus(execution, "failed");
        api.execute(execution, true).then().statusCode(204);
        api.awaitStatus(execution, "failed");
        assertThat(api.taskLines(execution)).hasSize(5).contains("call#3 failed consistent");
    }

    @Test
    void attemptThatTakesTooLongFailsAndItsCallIsGivenUp() {
        try (HoldingServer remote = new HoldingServer()) {
            String execution = start(calling(remote.url(), "'timeout_seconds': 0.3"));
            api.awaitStatus(execution, "failed");
            JsonNode error = api.task(execution, "call").path("error");
            assertThat(error.path("message").textValue()).isEqualTo("timed out: it took longer than 0.3 s");
        }
    }

    @Test
    void waitThatTakesTooLongFails() {
        String execution = start(flow().task("in", "webhook_receive", "{}")
                .task("wait", "wait_for_webhook", "{'of': '{{in.output}}'}", task -> task.put("timeout_seconds", 0.2)));
        api.awaitStatus(execution, "failed");
        assertThat(List.of(api.task(execution, "wait")
                        .path("error")
                        .path("message")
                        .textValue()))
                .containsExactly("timed out: it took longer than 0.2 s");
    }

    @Test
    void timeThatHasComeDoesNotWaitForOtherTasks() {
        try (HoldingServer remote = new HoldingServer()) {
            String execution = start(flow().task("in", "webhook_receive", "{}")
                    .task("hold", "http_request", "{'url': '" + remote.url() + "', 'body': '{{in.output}}'}")
                    .task("delay", "delay", "{'seconds': 0.2, 'of': '{{in.output}}'}"));
            Awaitility.await().until(() -> api.taskLines(execution).contains("delay#0 completed consistent"));
            assertThat(api.taskLines(execution)).contains("hold#0 running consistent");
            remote.release();
            api.awaitStatus(execution, "completed");
        }
    }
}
