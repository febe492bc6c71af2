package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.execution.ExecutionQuery;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.OrganizationId;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which of the two ways of counting a list takes depends on how many executions there are. They have to agree. */
@QuarkusTest
class ExecutionListTest {
    private static final int EXECUTIONS = 250;

    @Inject
    Organizations organizations;

    @Inject
    Sessions sessions;

    private OrganizationId organization;
    private FlowId flow;

    /** What a list may be asked for, and what that means. */
    private record Bounds(
            @Nullable Set<ExecutionStatus> statuses,
            @Nullable Instant createdAfter,
            @Nullable Instant createdBefore,
            @Nullable Instant updatedAfter,
            @Nullable Instant updatedBefore) {

        ExecutionQuery query() {
            return new ExecutionQuery(
                    statuses == null ? Set.of() : statuses,
                    statuses != null,
                    Set.of(),
                    List.of(),
                    createdAfter,
                    createdBefore,
                    updatedAfter,
                    updatedBefore,
                    false,
                    false,
                    null,
                    1,
                    10);
        }

        /** As plainly as it can be said. */
        String meaning() {
            List<String> all = new ArrayList<>(List.of("flow_id = $1", "deleted_at is null"));
            if (statuses != null) {
                statuses.forEach(status -> all.add("status = '" + status.code() + "'"));
            }
            add(all, "created_at >= ", createdAfter);
            add(all, "created_at <= ", createdBefore);
            add(all, "updated_at >= ", updatedAfter);
            add(all, "updated_at <= ", updatedBefore);
            return String.join(" and ", all);
        }

        private static void add(List<String> all, String comparison, @Nullable Instant time) {
            if (time != null) {
                all.add(comparison + "'" + time + "'");
            }
        }
    }

    @Test
    void countingTheOthersComesToTheSame() {
        ApiClient api = organizations.create();
        organization = new OrganizationId(api.organization());
        flow = new FlowId(UUID.fromString(api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}"))));
        fill();
        for (Bounds bounds : everyCombination()) {
            ExecutionList list = new ExecutionList(organization, flow, bounds.query());
            long expected = organizations.count(
                    "select count(*) from flow_execution where " + bounds.meaning(), Tuple.of(flow.value()));
            assertThat(number(list.count())).as("%s", bounds).isEqualTo(expected);
            assertThat(number(list.countOfOthers())).as("%s", bounds).isEqualTo(expected);
        }
    }

    private static List<Bounds> everyCombination() {
        Instant early = Instant.parse("2026-01-01T00:15:00Z");
        Instant late = Instant.parse("2026-01-01T00:35:00Z");
        List<Bounds> all = new ArrayList<>();
        for (Set<ExecutionStatus> statuses : Arrays.asList(null, Set.of(ExecutionStatus.COMPLETED))) {
            for (Instant createdAfter : Arrays.asList(null, early)) {
                for (Instant createdBefore : Arrays.asList(null, late)) {
                    for (Instant updatedAfter : Arrays.asList(null, early)) {
                        for (Instant updatedBefore : Arrays.asList(null, late)) {
                            all.add(new Bounds(statuses, createdAfter, createdBefore, updatedAfter, updatedBefore));
                        }
                    }
                }
            }
        }
        return all;
    }

    private long number(ExecutionList.Statement statement) {
        return sessions.of(
                        organization,
                        client -> client.preparedQuery(statement.sql())
                                .execute(statement.arguments())
                                .map(found -> found.iterator().next().getLong(0)))
                .await()
                .indefinitely();
    }

    /** Ten seconds apart; a tenth failed, a tenth changed an hour later, and the bounds fall on times that there are. */
    private void fill() {
        organizations.execute(
                "insert into flow_execution (id, organization_id, flow_id, flow_version, status, input,"
                        + " input_task_name, run_number, active, created_by, modified_by, created_at, updated_at,"
                        + " deleted_at) select gen_random_uuid(), $1, $2, 1,"
                        + " case when i % 10 = 3 then 'failed' else 'completed' end, '{}', 'in', i, false, 'test',"
                        + " 'test', at, at + case when i % 10 = 7 then interval '1 hour' else interval '20 seconds' end,"
                        + " case when i % 50 = 0 then clock_timestamp() end from generate_series(1, $3) i,"
                        + " lateral (select timestamptz '2026-01-01T00:00:00Z' + i * interval '10 seconds' as at) t",
                Tuple.of(organization.value(), flow.value(), EXECUTIONS));
        organizations.execute(
                "update flow set executions_count = $2, deleted_executions_count = 5 where id = $1",
                Tuple.of(flow.value(), EXECUTIONS));
    }
}
