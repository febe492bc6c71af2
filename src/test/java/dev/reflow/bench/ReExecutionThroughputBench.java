package dev.reflow.bench;

import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * How many re-executions a process answers in a second, against what pgbench makes durable with the same function on
 * the same server, at as many connections. The engine is off: what is measured is the call, with its load generator on
 * the same machine.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(WithoutEngine.class)
class ReExecutionThroughputBench {
    private static final int EXECUTIONS = 2_000;
    private static final int ROUNDS = 5;
    private static final int SECONDS = 5;

    @Inject
    Organizations organizations;

    @Inject
    PgBench pgbench;

    @TestHTTPResource
    URI service;

    private final List<String> executions = new ArrayList<>();

    @Test
    void reExecutionsPerSecond() throws Exception {
        ApiClient api = organizations.create();
        String flow = api.createFlow(FlowBuilder.flow().task("in", "webhook_receive", "{}"));
        organizations.execute("drop table if exists bench_execution", Tuple.tuple());
        organizations.execute("create table bench_execution (i int primary key, id uuid)", Tuple.tuple());
        for (int i = 0; i < EXECUTIONS; i++) {
            String execution = api.start(flow, "{}");
            executions.add(execution);
            organizations.execute(
                    "insert into bench_execution values ($1, $2)", Tuple.of(i, UUID.fromString(execution)));
        }
        String script = "\\set i random(0, " + (EXECUTIONS - 1) + ")\n"
                + "select outcome from re_execute(array(select id from bench_execution where i = :i), array['"
                + api.organization() + "'::uuid], array['bench'], array['bench'], array[true],"
                + " array['full'], array[gen_random_uuid()::text], array[null::text], array[null::uuid],"
                + " array['{\"subject\": \"bench\", \"name\": \"bench\", \"credential\": \"system\","
                + " \"operation\": \"bench\"}']);\n";
        System.out.printf(
                "%n%-12s %12s %12s %8s %10s %10s %12s%n",
                "connections", "HTTP/s", "pgbench/s", "ratio", "median ms", "p99 ms", "pgbench p99");
        for (int connections : new int[] {1, 16, 64, 256}) {
            for (int round = 0; round < ROUNDS; round++) {
                organizations.execute("vacuum analyze", Tuple.tuple());
                PgBench.Measured commits = pgbench.measure(Math.min(connections, 64), SECONDS, script);
                HttpLoad.Measured http = HttpLoad.post(
                        service,
                        api.key(),
                        connections,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(SECONDS),
                        this::anyExecution);
                System.out.printf(
                        "%-12d %12.0f %12.0f %8.2f %10.2f %10.2f %12.2f%n",
                        connections,
                        http.perSecond(),
                        commits.perSecond(),
                        http.perSecond() / commits.perSecond(),
                        http.medianMillis(),
                        http.p99Millis(),
                        commits.p99Millis());
            }
        }
    }

    private String anyExecution() {
        String execution = executions.get(ThreadLocalRandom.current().nextInt(executions.size()));
        return "/api/flow-executions/" + execution + "/execute?only_stale=false";
    }
}
