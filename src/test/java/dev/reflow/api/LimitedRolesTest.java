package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.organization.Permission;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Roles that may do something, but not to everything. */
@QuarkusTest
class LimitedRolesTest {
    private static final FlowBuilder OTHER = new FlowBuilder().task("other", "webhook_receive", "{}");

    @Inject
    Organizations organizations;

    private ApiClient api;
    private ApiClient user;

    @BeforeEach
    void newOrganization() {
        api = organizations.create();
        user = organizations.join(api.organization(), "ada", "app_user");
    }

    private Stream<Response> changes(String flow) {
        String path = "/api/flows/" + flow;
        return Stream.of(
                user.put(path + "/definition", FlowBuilder.json("{'definition': " + OTHER.json() + "}")),
                user.put(path + "/task", FlowBuilder.json("{'name': 'x', 'task_executor_name': 'wait_for_webhook'}")),
                user.request().post(path + "/versions/1/restore"),
                user.patch(path + "/versions/1", "{'name': 'the first'}"),
                user.patch(path, "{'display_name': 'another'}"),
                user.delete(path));
    }

    @Test
    void userChangesDraftsOfTheirOwn() {
        String flow = user.createFlow(OTHER);
        assertThat(changes(flow))
                .allSatisfy(answer ->
                        assertThat(answer.statusCode()).as(answer.asString()).isIn(200, 204));
    }

    @Test
    void userCannotChangeDraftsOfOthers() {
        String flow = api.createFlow(OTHER);
        assertThat(changes(flow))
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(403));
        assertThat(json(user.get("/api/flows/" + flow), 200).path("version").intValue())
                .isOne();
    }

    @Test
    void userCannotChangeWhatIsPublished() {
        String flow = user.createFlow(OTHER);
        json(user.patch("/api/flows/" + flow, "{'status': 'published'}"), 200);
        assertThat(changes(flow))
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(403));
        assertThat(json(user.get("/api/flows/" + flow), 200).path("status").textValue())
                .isEqualTo("published");
    }

    @Test
    void userExecutesFlowsOfOthers() {
        String execution = user.start(api.createFlow(OTHER), "{}");
        user.awaitStatus(execution, "completed");
        assertThat(user.execute(execution, false).statusCode()).isEqualTo(204);
    }

    @Test
    void nothingIsThereForAWorker() {
        ApiClient worker = organizations.join(api.organization(), "eve", "worker");
        Map<String, String> things = Things.of(api, api, "public");
        assertThat(ServedOperation.all())
                .filteredOn(operation -> operation.permission() == Permission.READ && operation.namesSomething())
                .hasSizeGreaterThan(5)
                .allSatisfy(operation ->
                        assertThat(operation.send(worker, things).statusCode()).isEqualTo(404));
        assertThat(json(worker.get("/api/flows"), 200).path("total").intValue()).isZero();
        assertThat(json(worker.get("/api/task-executions"), 200).path("task_executions"))
                .isEmpty();
    }

    @Test
    void workerReadsWhatEveryInstallationHas() {
        ApiClient worker = organizations.join(api.organization(), "eve", "worker");
        assertThat(json(worker.get("/api/task-executors"), 200))
                .isEqualTo(json(api.get("/api/task-executors"), 200))
                .isNotEmpty();
    }
}
