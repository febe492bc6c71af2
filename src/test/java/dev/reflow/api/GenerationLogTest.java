package dev.reflow.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.LogLines;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
class GenerationLogTest {
    @Inject
    Organizations organizations;

    @Test
    void failedGenerationIsLoggedWithItsRequestItsOrganizationAndItsExecution() {
        ApiClient api = organizations.create();
        String flow = api.createFlow(FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task("copy", "format_data", "{'expression':'$','data':'{{order.absent}}'}"));
        try (LogLines log = LogLines.ofAll()) {
            String execution = api.start(flow, "{}");
            api.awaitStatus(execution, "failed");
            Response restarted =
                    api.post("/api/flow-executions/" + execution + "/execute", JsonNodeFactory.instance.objectNode());
            String line = "INFO  [dev.reflow.engine.embedded.ActiveGeneration] " + restarted.header("X-Request-ID")
                    + " " + api.organization() + " " + execution + " 2 a generation has ended: failed";
            await().untilAsserted(() -> assertThat(log.lines()).contains(line));
        }
    }
}
