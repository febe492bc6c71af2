package dev.reflow.api;

import static dev.reflow.support.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Lists of so many executions that it matters how they are found and counted, against the plainest query there is. */
@QuarkusTest
class FlowExecutionListsTest {
    private static final int EXECUTIONS = 25_000;

    /** Parameters of the list, and what they mean. */
    private static final String[][] FILTERS = {
        {"", "true"},
        {"&status=completed", "status = 'completed'"},
        {"&status=failed&status=stale", "status in ('failed', 'stale')"},
        {"&status=nonsense", "false"},
        {"&status_exclude=failed", "status <> 'failed'"},
        {"&status_exclude=completed&status=completed&status=failed", "status = 'failed'"},
        {"&created_after=2026-01-01T01:00:00Z", "created_at >= '2026-01-01T01:00:00Z'"},
        {"&created_before=2026-01-01T01:00:00Z", "created_at <= '2026-01-01T01:00:00Z'"},
        {"&updated_after=2026-01-01T01:00:00Z", "updated_at >= '2026-01-01T01:00:00Z'"},
        {"&updated_before=2026-01-01T01:00:00Z", "updated_at <= '2026-01-01T01:00:00Z'"},
        {
            "&created_after=2026-01-01T01:00:00Z&updated_before=2026-01-01T06:00:00Z&status_exclude=stale",
            "created_at >= '2026-01-01T01:00:00Z' and updated_at <= '2026-01-01T06:00:00Z' and status <> 'stale'"
        },
        {
            "&created_after=2026-01-01T01:00:00Z&created_before=2026-01-01T06:00:00Z",
            "created_at between '2026-01-01T01:00:00Z' and '2026-01-01T06:00:00Z'"
        },
        {"&created_after=2026-01-01T06:00:00Z&created_before=2026-01-01T01:00:00Z", "false"},
        {"&tags=k:rare", "run_number % 10000 = 1"},
        {"&tags=k:common", "run_number % 4 = 2"},
        {"&tags=k:rare&tags=k:common", "(run_number % 10000 = 1 or run_number % 4 = 2)"},
        {"&tags=k:common&status=failed", "run_number % 4 = 2 and status = 'failed'"},
        {
            "&tags=k:rare&tags=k:common&status_exclude=failed",
            "(run_number % 10000 = 1 or run_number % 4 = 2) and status <> 'failed'"
        },
        {
            "&tags=k:common&updated_after=2026-01-01T03:00:00Z",
            "run_number % 4 = 2 and updated_at >= '2026-01-01T03:00:00Z'"
        },
        {
            "&tags=k:common&created_after=2026-01-01T01:00:00Z",
            "run_number % 4 = 2 and created_at >= '2026-01-01T01:00:00Z'"
        }
    };

    @Inject
    Organizations organizations;

    private ApiClient api;
    private UUID flow;

    @Test
    void everyFilterSortAndCursorShowsAndCountsExactlyWhatItShould() {
        api = organizations.create();
        flow = fill();
        for (String[] filter : FILTERS) {
            for (String sort : List.of("created_at", "updated_at")) {
                for (String direction : List.of("desc", "asc")) {
                    String path = filter[0] + "&sort_field=" + sort + "&sort_direction=" + direction;
                    String meaning = filter[1] + " order by " + sort + " " + direction + ", id " + direction;
                    List<String> expected = expected(meaning);
                    Response first = list(path + "&page_size=7");
                    assertThat(ids(first)).as(path).isEqualTo(part(expected, 0, 7));
                    assertThat(first.header("X-Total-Count")).as(path).isEqualTo(total(filter[1]));
                    assertThat(ids(list(path + "&page_size=7&page=3"))).as(path).isEqualTo(part(expected, 14, 21));
                    if (expected.size() > 20) {
                        Response after = list(path + "&page_size=9&start_from_execution_id=" + expected.get(20));
                        assertThat(ids(after)).as(path).isEqualTo(part(expected, 21, 30));
                        assertThat(after.header("X-Total-Count")).isEqualTo(total(filter[1]));
                    }
                }
            }
        }
    }

    private Response list(String parameters) {
        return api.get("/api/flow-executions?flow_id=" + flow + parameters);
    }

    private static List<String> ids(Response answer) {
        return json(answer, 200).findValuesAsText("id");
    }

    private static List<String> part(List<String> all, int from, int to) {
        return all.subList(Math.min(from, all.size()), Math.min(to, all.size()));
    }

    /** The first of them. */
    private List<String> expected(String meaning) {
        String found = organizations.textOf(
                "select coalesce(json_agg(x.id)::text, '[]') from (select id from flow_execution"
                        + " where flow_id = $1 and deleted_at is null and " + meaning + " limit 40) x",
                Tuple.of(flow));
        return StreamSupport.stream(FlowBuilder.json(found).spliterator(), false)
                .map(JsonNode::textValue)
                .toList();
    }

    private String total(String condition) {
        return organizations.textOf(
                "select count(*)::text from flow_execution where flow_id = $1 and deleted_at is null and " + condition,
                Tuple.of(flow));
    }

    private UUID fill() {
        UUID id = UUID.fromString(api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}")));
        organizations.execute(
                "insert into flow_execution (id, organization_id, flow_id, flow_version, status, input,"
                        + " input_task_name, run_number, active, created_by, modified_by, created_at, updated_at,"
                        + " deleted_at) select gen_random_uuid(), $1, $2, 1, case when i % 1000 = 0 then 'stale'"
                        + " when i % 20 = 2 then 'failed' else 'completed' end,"
                        + " '{}', 'in', i, false, 'test', 'test', at,"
                        + " at + case when i % 10 = 7 then interval '2 hours' else interval '3 seconds' end,"
                        + " case when i % 5000 = 0 then clock_timestamp() end"
                        + " from generate_series(1, $3) i,"
                        + " lateral (select timestamptz '2026-01-01T00:00:00Z' + (i / 3) * interval '3 seconds' as at) t",
                Tuple.of(api.organization(), id, EXECUTIONS));
        organizations.execute(
                "update flow set executions_count = $2, deleted_executions_count = 5 where id = $1",
                Tuple.of(id, EXECUTIONS));
        organizations.execute(
                "insert into task_tag (organization_id, flow_execution_id, flow_id, execution_created_at, task_name,"
                        + " tag, tag_type, metadata_digest, modified_by)"
                        + " select organization_id, id, flow_id, created_at, name, case when run_number % 10000 = 1"
                        + " then 'rare' else 'common' end, 'k', '', 'test' from flow_execution,"
                        + " unnest(array['in', 'other']) as name where flow_id = $1 and deleted_at is null"
                        + " and (run_number % 4 = 2 or run_number % 10000 = 1)",
                Tuple.of(id));
        organizations.execute("analyze flow_execution, task_tag", Tuple.tuple());
        return id;
    }

    @Test
    void deletedExecutionsAreNotCountedAndKeepTheirRunNumbers() {
        api = organizations.create();
        flow = UUID.fromString(api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}")));
        List<String> started = List.of(
                api.start(flow.toString(), "{}"), api.start(flow.toString(), "{}"), api.start(flow.toString(), "{}"));
        api.delete("/api/flow-executions/" + started.get(1));
        api.delete("/api/flow-executions/" + started.get(1));
        Response left = list("&include_run_number=true");
        assertThat(ids(left)).containsExactly(started.get(2), started.get(0));
        assertThat(json(left))
                .extracting(each -> each.path("run_number").intValue())
                .containsExactly(3, 1);
        assertThat(left.header("X-Total-Count")).isEqualTo("2");
    }

    @Test
    void tagsFollowTheirExecution() {
        api = organizations.create();
        flow = UUID.fromString(api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}")));
        String first = api.start(flow.toString(), "{}");
        String second = api.start(flow.toString(), "{}");
        for (String execution : List.of(first, second)) {
            api.awaitStatus(execution, "completed");
            tag(execution);
        }
        json(api.patch("/api/flow-executions/" + first + "/status?status=stale", ""), 200);
        assertThat(ids(list("&tags=k:t&status=stale"))).containsExactly(first);
        assertThat(ids(list("&tags=k:t&status=completed"))).containsExactly(second);
        assertThat(ids(list("&tags=k:t&sort_field=updated_at"))).containsExactly(first, second);
        assertThat(ids(list("&tags=k:t&sort_field=created_at"))).containsExactly(second, first);
    }

    /** Totals of what was created within a time rely on it. */
    @Test
    void executionsAreCreatedInTheOrderOfTheirNumbersWhateverTheClockDoes() {
        api = organizations.create();
        flow = UUID.fromString(api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}")));
        String first = api.start(flow.toString(), "{}");
        organizations.execute(
                "update flow_execution set created_at = '2100-01-01T00:00:00Z' where id = $1",
                Tuple.of(UUID.fromString(first)));
        String second = api.start(flow.toString(), "{}");
        assertThat(ids(list("&created_after=2100-01-01T00:00:00Z"))).containsExactlyInAnyOrder(first, second);
        assertThat(ids(list("&updated_after=2100-01-01T00:00:00Z"))).containsExactly(second);
    }

    private void tag(String execution) {
        json(
                api.patch(
                        "/api/task-tags",
                        "{'tags': [{'operation': 'add', 'flow_execution_id': '" + execution
                                + "', 'task_name': 'in', 'tag': 't', 'tag_type': 'k'}]}"),
                200);
    }

    @Test
    void tagsOfADeletedExecutionAreGone() {
        api = organizations.create();
        flow = UUID.fromString(api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}")));
        String execution = api.start(flow.toString(), "{}");
        tag(execution);
        assertThat(list("&tags=k:t").header("X-Total-Count")).isEqualTo("1");
        api.delete("/api/flow-executions/" + execution);
        assertThat(list("&tags=k:t").header("X-Total-Count")).isEqualTo("0");
        assertThat(ids(list("&tags=k:t"))).isEmpty();
    }
}
