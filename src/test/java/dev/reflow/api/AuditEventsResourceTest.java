package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.organization.AuditEvent;
import dev.reflow.organization.AuditEventStore;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AuditEventsResourceTest {
    /** They take a body, and change nothing. */
    private static final List<String> HARMLESS = List.of("post /api/flows/{flow_id}/validate");

    /** With the tasks of the document's examples. */
    private static final FlowBuilder WAITING = FlowBuilder.flow()
            .task("person", "webhook_receive", "{}")
            .task("approval", "wait_for_webhook", "{'person': '{{person.output}}'}")
            .task("greeting", "format_data", "{'expression': '$', 'data': '{{approval.output}}'}");

    @Inject
    Organizations organizations;

    @Inject
    AuditEventStore events;

    private ApiClient api;
    private String flow;

    @BeforeEach
    void createFlow() {
        api = organizations.create();
        flow = api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}"));
    }

    private List<JsonNode> list(String query) {
        return StreamSupport.stream(
                        json(api.request().urlEncodingEnabled(false).get("/api/audit-events" + query), 200)
                                .spliterator(),
                        false)
                .toList();
    }

    private List<String> ids(String query) {
        return list(query).stream().map(event -> event.path("id").textValue()).toList();
    }

    private List<String> operations(String query) {
        return list(query).stream()
                .map(event -> event.path("operation").textValue())
                .toList();
    }

    @Test
    void everyChangingOperationLeavesItsRecord() {
        List<ServedOperation> changing = ServedOperation.all().stream()
                .filter(operation -> !operation.method().equals("get"))
                .filter(operation -> !HARMLESS.contains(operation.toString()))
                .toList();

        assertThat(changing).hasSizeGreaterThan(20).allSatisfy(operation -> {
            ApiClient owner = organizations.create();
            Map<String, String> things = toBeChangedBy(operation, owner);
            Response answer = operation.send(owner, things);
            assertThat(answer.statusCode())
                    .as(operation + ": " + answer.asString())
                    .isBetween(200, 299);
            JsonNode record =
                    json(owner.get("/api/audit-events?page_size=1"), 200).path(0);
            assertThat(record.path("operation").textValue())
                    .isEqualTo(operation.method().toUpperCase(Locale.ROOT) + " " + operation.path());
            assertThat(record.path("request_id").textValue()).isEqualTo(answer.header("X-Request-ID"));
            assertThat(record.path("credential").textValue()).isEqualTo("api_key");
            assertThat(record.path("name").textValue()).isEqualTo("admin");
            assertThat(answer.asString() + things.values())
                    .contains(record.path("thing_id").textValue());
        });
    }

    /** Nothing is edited or reported but in the right moment. */
    private static Map<String, String> toBeChangedBy(ServedOperation operation, ApiClient owner) {
        Map<String, String> things = new HashMap<>(Things.of(owner, owner, "public"));
        owner.putDefinition(things.get("flow_id"), WAITING);
        if (!operation.toString().equals("put /api/task-executions")) {
            String execution = owner.start(things.get("flow_id"), "{}");
            owner.awaitStatus(execution, "awaiting_input");
            things.put("flow_execution_id", execution);
        }
        return things;
    }

    @Test
    void operationThatChangesNothingLeavesNoRecord() {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        List<String> before = ids("");

        String key = "a-key";
        for (String request : List.of("first", "again")) {
            Response answer = api.request()
                    .header("Idempotency-Key", key)
                    .post("/api/flow-executions/" + execution + "/execute?only_stale=false");
            assertThat(answer.statusCode()).as(request).isLessThan(300);
        }
        api.awaitStatus(execution, "completed");
        assertThat(ids("")).hasSize(before.size() + 1);

        assertThat(api.post("/api/flow-executions/" + execution + "/cancel", FlowBuilder.json("{}"))
                        .statusCode())
                .isEqualTo(204);
        assertThat(api.delete("/api/flows/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        assertThat(api.patch("/api/flows/" + flow, "{'visibility': 'nowhere'}").statusCode())
                .isEqualTo(422);
        assertThat(ids("")).hasSize(before.size() + 1);

        assertThat(api.delete("/api/flow-executions/" + execution).statusCode()).isEqualTo(204);
        assertThat(api.delete("/api/flow-executions/" + execution).statusCode()).isEqualTo(204);
        assertThat(ids("")).hasSize(before.size() + 2);
    }

    @Test
    void pagesFollowEachOtherWithoutGapOrRepetition() {
        for (int i = 0; i < 6; i++) {
            api.patch("/api/flows/" + flow, "{'display_name': 'name " + i + "'}");
        }
        List<String> all = ids("");
        assertThat(all).hasSize(7).isSortedAccordingTo((a, b) -> b.compareTo(a));

        List<String> paged = new ArrayList<>();
        String cursor = "";
        for (List<String> page = ids("?page_size=2"); !page.isEmpty(); page = ids("?page_size=2" + cursor)) {
            paged.addAll(page);
            cursor = "&start_from_audit_event_id=" + page.get(page.size() - 1);
        }
        assertThat(paged).isEqualTo(all);
    }

    @Test
    void recordsAreFoundByTimeSubjectOperationAndThing() {
        ApiClient other = organizations.join(api.organization(), "other", "publisher");
        String theirs = other.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}"));
        api.delete("/api/flows/" + flow);
        JsonNode last = list("").get(0);
        String time = last.path("created_at").textValue();
        String earlier = Instant.parse(time).minusMillis(1).toString();
        String later = Instant.parse(time).plusMillis(1).toString();

        assertThat(operations("?thing_id=" + flow)).containsExactly("DELETE /api/flows/{flow_id}", "POST /api/flows");
        assertThat(operations("?operation=" + URLEncoder.encode("DELETE /api/flows/{flow_id}", StandardCharsets.UTF_8)))
                .hasSize(1);
        assertThat(list("?subject=" + last.path("subject").textValue())).hasSize(2);
        assertThat(list("?subject=nobody")).isEmpty();
        assertThat(ids("?created_after=" + time)).contains(last.path("id").textValue());
        assertThat(ids("?created_before=" + time)).hasSize(3);
        assertThat(ids("?created_before=" + earlier))
                .doesNotContain(last.path("id").textValue());
        assertThat(ids("?created_after=" + later)).isEmpty();
        assertThat(list("?thing_id=" + theirs).get(0).path("name").textValue()).isEqualTo("other");
    }

    @Test
    void recordsOfAnotherOrganizationAreNotThere() {
        assertThat(json(organizations.create().get("/api/audit-events?thing_id=" + flow), 200))
                .isEmpty();
    }

    @Test
    void whatTheServiceDoesItselfIsRecordedAsSystem() {
        String execution = api.start(flow, "{}");
        api.awaitStatus(execution, "completed");
        api.patch("/api/flows/" + flow, "{'settings': {'reexecute_on_update': true}}");
        api.putDefinition(
                flow, FlowBuilder.flow().task("in", "webhook_receive", "{}").task("next", "delay", "{'seconds': 0}"));
        Awaitility.await().until(() -> operations("?thing_id=" + execution).contains("reexecute_on_update"));
        JsonNode record = list("?operation=reexecute_on_update").get(0);
        assertThat(record.path("subject").textValue()).isEqualTo("system");
        assertThat(record.path("credential").textValue()).isEqualTo("system");
        assertThat(record.path("request_id").isNull()).isTrue();
    }

    @Test
    void onlyOldRecordsArePurged() {
        UUID old = AuditEvent.firstId(Instant.now().minus(Duration.ofDays(400)).toEpochMilli());
        organizations.execute(
                "insert into audit_event (organization_id, id, subject, name, credential, operation, thing_id)"
                        + " values ($1, $2, 'old', 'old', 'system', 'old', $2)",
                Tuple.of(api.organization(), old));
        assertThat(ids("")).hasSize(2).endsWith(old.toString());
        events.purge(Duration.ofDays(365), 10_000).await().indefinitely();
        assertThat(operations("")).containsExactly("POST /api/flows");
    }
}
