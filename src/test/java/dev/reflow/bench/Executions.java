package dev.reflow.bench;

import dev.reflow.support.Organizations;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Executions by the thousand, straight in the tables. */
@ApplicationScoped
class Executions {
    private final Organizations organizations;

    Executions(Organizations organizations) {
        this.organizations = organizations;
    }

    /** Offers new executions of a flow to the engines, all at the same moment. Its input task has to be {@code in}. */
    void start(String flow, int executions) {
        organizations.execute(
                "with flow as (update flow set executions_count = executions_count + $2 where id = $1 returning *),"
                        + " added as (insert into flow_execution (id, organization_id, flow_id, flow_version, status, input,"
                        + " input_task_name, run_number, created_by, modified_by, wake_at)"
                        + " select gen_random_uuid(), f.organization_id, f.id, 1, 'running', '{\"value\": 1}', 'in',"
                        + " f.executions_count - i, 'bench', 'bench', clock_timestamp()"
                        + " from flow f, generate_series(0, $2 - 1) as i returning id)"
                        + " insert into generation (flow_execution_id, generation, mode, flow_version_from, flow_version_to,"
                        + " requested_by, requested_at, idempotency_key)"
                        + " select id, 1, 'first', 1, 1, 'bench', clock_timestamp(), 'first' from added",
                Tuple.of(UUID.fromString(flow), executions));
    }

    void untilNone(String count, UUID argument) {
        untilTrue(() -> organizations.count(count, Tuple.of(argument)) == 0);
    }

    void untilTrue(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }
}
