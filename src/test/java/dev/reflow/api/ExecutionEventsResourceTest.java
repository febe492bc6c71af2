package dev.reflow.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.ExecutionEventStore;
import dev.reflow.support.ApiClient;
import dev.reflow.support.EventStream;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ExecutionEventsResourceTest {
    private static final int RE_EXECUTIONS = 12;

    @Inject
    Organizations organizations;

    @Inject
    ExecutionEventStore log;

    @TestHTTPResource
    URI service;

    private ApiClient api;
    private String flow;

    @BeforeEach
    void createFlow() {
        api = organizations.create();
        flow = api.createFlow(FlowBuilder.flow()
                .task("in", "webhook_receive", "{}")
                .task("copy", "format_data", "{'expression':'$','data':'{{in.output}}'}"));
    }

    private EventStream follow(String execution, long after) {
        return EventStream.open(service, api.key(), execution, after);
    }

    private List<Long> logged(String execution) {
        String ids = organizations.textOf(
                "select coalesce(string_agg(id::text, ',' order by id), '') from execution_event"
                        + " where flow_execution_id = $1",
                Tuple.of(UUID.fromString(execution)));
        return List.of(ids.split(",")).stream().map(Long::valueOf).toList();
    }

    @Test
    void changesAreToldInTheirOrder() {
        String execution = api.start(flow, "{}");
        try (EventStream stream = follow(execution, 0)) {
            stream.awaitStatus(1, "completed");
            assertThat(stream.changes()).containsExactly("running", "in#0 completed", "copy#0 completed", "completed");
            api.execute(execution, false);
            stream.awaitStatus(2, "completed");
            assertThat(stream.changes().subList(4, 8))
                    .containsExactly("running", "in#1 completed", "copy#1 completed", "completed");
            assertThat(stream.ids()).isSorted().doesNotHaveDuplicates().isEqualTo(logged(execution));
        }
    }

    @Test
    void eventsSayWhatChanged() {
        String execution = api.start(flow, "{}");
        try (EventStream stream = follow(execution, 0)) {
            stream.awaitStatus(1, "completed");
            JsonNode task = stream.events().get(1);
            assertThat(task.path("type").textValue()).isEqualTo("task_execution");
            assertThat(task.path("flow_id").textValue()).isEqualTo(flow);
            assertThat(task.path("flow_execution_id").textValue()).isEqualTo(execution);
            assertThat(task.path("generation").intValue()).isEqualTo(1);
            assertThat(task.path("status").textValue()).isEqualTo("running");
            assertThat(task.path("task_execution_id"))
                    .isEqualTo(api.task(execution, "in").path("id"));
            JsonNode whole = stream.events().get(3);
            assertThat(whole.path("type").textValue()).isEqualTo("flow_execution");
            assertThat(whole.has("task_name")).isFalse();
            assertThat(whole.path("at").textValue()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
            assertThat(stream.lines())
                    .startsWith(":listening", "retry:1000", "")
                    .contains("id:" + whole.path("id"), "event:flow_execution", "event:task_execution");
        }
    }

    @Test
    void nothingIsLostOrDoubledByResumingWhileItRuns() {
        String execution = api.start(flow, "{}");
        List<Long> seen = new ArrayList<>();
        for (int i = 2; i <= RE_EXECUTIONS; i++) {
            long last = seen.isEmpty() ? 0 : seen.get(seen.size() - 1);
            try (EventStream stream = follow(execution, last)) {
                assertThat(api.execute(execution, i % 2 == 0).statusCode()).isEqualTo(204);
                stream.await(events -> events.size() >= 2);
                seen.addAll(List.copyOf(stream.ids()));
            }
        }
        api.awaitStatus(execution, "completed");
        List<Long> logged = logged(execution);
        try (EventStream stream = follow(execution, seen.get(seen.size() - 1))) {
            stream.await(events -> seen.size() + events.size() >= logged.size());
            seen.addAll(stream.ids());
        }
        assertThat(seen).isEqualTo(logged);
    }

    @Test
    void allWhoListenAreToldTheSame() {
        String execution = api.start(flow, "{}");
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            streams.add(follow(execution, 0));
            api.execute(execution, false);
        }
        streams.forEach(stream -> stream.awaitStatus(11, "completed"));
        assertThat(streams).allSatisfy(stream -> assertThat(stream.ids()).isEqualTo(logged(execution)));
        streams.forEach(EventStream::close);
    }

    @Test
    void longLogIsReadWhole() {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        invent(execution, 3_500);
        List<Long> logged = logged(execution);
        try (EventStream stream = follow(execution, logged.get(1))) {
            stream.await(events -> events.size() >= logged.size() - 2);
            api.execute(execution, false);
            stream.awaitStatus(2, "completed");
            assertThat(stream.ids()).isEqualTo(logged(execution).subList(2, logged.size() + 4));
        }
    }

    private void invent(String execution, int count) {
        organizations.execute(
                "insert into execution_event (organization_id, flow_id, flow_execution_id, generation, status)"
                        + " select $1, $2, $3, 1, 'completed' from generate_series(1, $4)",
                Tuple.of(api.organization(), UUID.fromString(flow), UUID.fromString(execution), count));
    }

    @Test
    void everyWayToMoveAStatusIsTold() {
        String waiting = api.createFlow(FlowBuilder.flow()
                .task("in", "webhook_receive", "{}")
                .task("approval", "wait_for_webhook", "{'order':'{{in.output}}'}"));
        String execution = api.start(waiting, "{}");
        try (EventStream stream = follow(execution, 0)) {
            stream.awaitStatus(1, "awaiting_input");
            api.post("/api/flow-executions/" + execution + "/cancel", FlowBuilder.json("{}"));
            stream.awaitStatus(1, "cancelled");
            api.request().patch("/api/flow-executions/" + execution + "/status?status=completed");
            stream.awaitStatus(1, "completed");
            api.delete("/api/flow-executions/" + execution);
            stream.awaitStatus(1, "deleted");
            assertThat(stream.changes())
                    .containsExactlyInAnyOrder(
                            "running",
                            "in#0 completed",
                            "approval#0 awaiting_input",
                            "awaiting_input",
                            "cancel_requested",
                            "approval#0 cancelled",
                            "cancelled",
                            "completed",
                            "deleted");
        }
        assertThat(status(api.key(), execution, null)).isEqualTo(404);
    }

    @Test
    void othersAreRefused() {
        ApiClient stranger = organizations.create();
        ApiClient colleague = organizations.join(api.organization(), "colleague", "app_user");
        String execution = api.start(flow, "{}");
        assertThat(status(stranger.key(), execution, null)).isEqualTo(404);
        assertThat(status(api.key(), UUID.randomUUID().toString(), null)).isEqualTo(404);
        assertThat(status("saf_unknown", execution, null)).isEqualTo(401);
        organizations.execute("update flow set visibility = 'private' where id = $1", Tuple.of(UUID.fromString(flow)));
        assertThat(status(colleague.key(), execution, null)).isEqualTo(403);
        assertThat(status(api.key(), execution, "next")).isEqualTo(422);
        assertThat(status(api.key(), "first", null)).isEqualTo(422);
    }

    /** Of an answer that is an error with a body like all others. */
    private int status(String key, String execution, String lastEventId) {
        HttpResponse<InputStream> answer = EventStream.send(service, key, execution, lastEventId);
        try (InputStream body = answer.body()) {
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\"error\":{", "\"request_id\":");
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json;charset=UTF-8");
            return answer.statusCode();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void onlyOldEventsArePurged() {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        List<Long> all = logged(execution);
        organizations.execute(
                "update execution_event set at = at - interval '2 days' where flow_execution_id = $1 and id <= $2",
                Tuple.of(UUID.fromString(execution), all.get(1)));
        log.purge(Duration.ofDays(1), Integer.MAX_VALUE).await().indefinitely(); // beyond what other tests have left
        assertThat(logged(execution)).isEqualTo(all.subList(2, all.size()));
    }
}
