package dev.reflow.bench;

import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What the engine makes of the database: tasks one after the other, tasks side by side, executions side by side, against
 * what pgbench commits with the function that the engine records tasks with; and what an execution that waits costs.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(EngineThroughputBench.Quiet.class)
class EngineThroughputBench {
    private static final int ROUNDS = 5;
    private static final int SECONDS = 4;
    /** So many rounds are not measured: until the code that they run has been compiled. */
    private static final int WARM_UP = 2;

    private static final int PARKED = 100_000;

    /** Without a line in the log for each request. */
    public static class Quiet implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.log.level", "WARN");
        }
    }

    @Inject
    Organizations organizations;

    @Inject
    Executions executions;

    @Inject
    PgBench pgbench;

    private ApiClient api;

    @Test
    void tasksPerSecond() throws Exception {
        api = organizations.create();
        Chain chain = new Chain(40);
        String wide = api.createFlow(wide(5_000));
        String small = api.createFlow(wide(10));
        for (int round = 0; round < WARM_UP; round++) {
            chain.medianSeconds();
            seconds(wide, 1);
            seconds(small, 1_000);
        }
        System.out.printf("%n%-44s %12s %12s %8s%n", "engine", "measured", "pgbench", "ratio");
        for (int round = 0; round < ROUNDS; round++) {
            organizations.execute("vacuum analyze", Tuple.tuple());
            double single = pgbench.measure(1, SECONDS, recordOneTask()).perSecond();
            double sixteen = pgbench.measure(16, SECONDS, recordOneTask()).perSecond();
            double inARow = chain.medianSeconds();
            print(
                    "40 tasks in a row, ms; 40 single commits, ms",
                    inARow * 1e3,
                    40 / single * 1e3,
                    inARow / (40 / single));
            double wideRate = 5_000 / seconds(wide, 1);
            print("one flow of 5,000 tasks side by side, tasks/s", wideRate, sixteen, wideRate / sixteen);
            double smallRate = 10_000 / seconds(small, 1_000);
            print("1,000 flows of 10 tasks, tasks/s", smallRate, sixteen, smallRate / sixteen);
        }
    }

    @Test
    void memoryOfWaitingExecutions() {
        api = organizations.create();
        String flow = api.createFlow(FlowBuilder.flow()
                .task("in", "webhook_receive", "{}")
                .task(
                        "wait",
                        "delay",
                        "{'seconds': 86400}",
                        task -> task.putArray("depends_on").add("in")));
        long before = heap();
        executions.start(flow, PARKED);
        long began = System.nanoTime();
        executions.untilNone(
                "select count(*) from flow_execution where flow_id = $1"
                        + " and (owner is not null or wake_at < now() + interval '1 hour')",
                UUID.fromString(flow));
        double seconds = (System.nanoTime() - began) / 1e9;
        double bytes = (double) (heap() - before) / PARKED;
        System.out.printf(
                "%n%,d executions parked in %.0f s; heap per parked execution: %.1f bytes%n", PARKED, seconds, bytes);
    }

    private static FlowBuilder wide(int tasks) {
        FlowBuilder flow = FlowBuilder.flow().task("in", "webhook_receive", "{}");
        for (int i = 1; i < tasks; i++) {
            flow.task("t" + i, "delay", "{'seconds': 0, 'value': '{{in.value}}'}");
        }
        return flow;
    }

    /** Tasks of which each needs the one before. */
    private final class Chain {
        private final String flow;

        Chain(int tasks) {
            FlowBuilder chain = FlowBuilder.flow().task("t0", "webhook_receive", "{}");
            for (int i = 1; i < tasks; i++) {
                chain.task("t" + i, "delay", "{'seconds': 0, 'value': '{{t" + (i - 1) + ".value}}'}");
            }
            flow = api.createFlow(chain);
        }

        double medianSeconds() {
            double[] seconds = new double[15];
            for (int i = 0; i < seconds.length; i++) {
                seconds[i] = seconds(flow, 1);
            }
            Arrays.sort(seconds);
            return seconds[seconds.length / 2];
        }
    }

    /** From the first start to the last end of so many executions, offered to the engine at the same moment. */
    private double seconds(String flow, int count) {
        UUID id = UUID.fromString(flow);
        if (count == 1) {
            UUID execution = UUID.fromString(api.start(flow, "{\"value\": 1}"));
            executions.untilNone("select count(*) from flow_execution where id = $1 and active", execution);
            return duration("flow_execution_id = $1", execution);
        }
        organizations.execute("update flow_execution set deleted_at = now() where flow_id = $1", Tuple.of(id));
        executions.start(flow, count);
        executions.untilNone("select count(*) from flow_execution where flow_id = $1 and active", id);
        return duration(
                "flow_execution_id in (select id from flow_execution where flow_id = $1 and deleted_at is null)", id);
    }

    private double duration(String which, UUID argument) {
        return organizations.count(
                        "select (extract(epoch from max(finished_at) - min(requested_at)) * 1e6)::bigint from generation where "
                                + which,
                        Tuple.of(argument))
                / 1e6;
    }

    /** One commit of the engine: an attempt's end, recorded by its owner. */
    private String recordOneTask() {
        UUID owner = UUID.randomUUID();
        String flow = api.createFlow(wide(1));
        executions.start(flow, 200);
        organizations.execute("drop table if exists bench_execution", Tuple.tuple());
        organizations.execute("create table bench_execution (i int primary key, id uuid)", Tuple.tuple());
        executions.untilNone(
                "select count(*) from flow_execution where flow_id = $1 and active", UUID.fromString(flow));
        organizations.execute(
                "update flow_execution set active = true, owner = $2, lease = 1, wake_at = null where flow_id = $1",
                Tuple.of(UUID.fromString(flow), owner));
        organizations.execute(
                "insert into bench_execution select row_number() over () - 1, id from flow_execution where flow_id = $1",
                Tuple.of(UUID.fromString(flow)));
        return "\\set i random(0, 199)\n\\set t random(1, 1000000000)\n"
                + "select answer from record_tasks(array(select id from bench_execution where i = :i), array[1::bigint],"
                + " array['" + owner + "'::uuid], array[1], array[1], array['t' || :t], array[0], array['completed'],"
                + " array['{\"seconds\":0,\"value\":1}'], array['{\"seconds\":0,\"value\":1}'], array[null::text],"
                + " array['{\"in\":[0,0]}'], array['f1:0'], array[now()], array[null::timestamptz], array[false],"
                + " array[null::text], array[false]);\n";
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void print(String what, double measured, double pgbench, double ratio) {
        System.out.printf("%-44s %12.1f %12.1f %8.2f%n", what, measured, pgbench, ratio);
    }
}
