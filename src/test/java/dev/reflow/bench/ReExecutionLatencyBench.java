package dev.reflow.bench;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * How long the call of a re-execution takes over HTTP, for executions of 10 to 100,000 finished tasks, and for one with
 * 10,000 earlier generations. The engine of the process is off, so that only the call is measured: what it makes
 * durable is what an engine elsewhere would take up.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(WithoutEngine.class)
class ReExecutionLatencyBench {
    private static final int[] SIZES = {10, 1_000, 20_000, 100_000};
    private static final int WARM_UP = 300;
    private static final int ROUNDS = 500;

    @Inject
    Organizations organizations;

    @TestHTTPResource
    URI service;

    private final HttpClient http = HttpClient.newHttpClient();
    private ApiClient api;

    private record Subject(String label, String execution, boolean onlyStale, List<Long> nanoseconds) {}

    @Test
    void latencyDoesNotDependOnTheNumberOfTasksOrGenerations() throws Exception {
        api = organizations.create();
        List<Subject> subjects = new ArrayList<>();
        for (int size : SIZES) {
            for (boolean onlyStale : new boolean[] {false, true}) {
                subjects.add(new Subject(
                        size + " tasks, " + mode(onlyStale), finishedExecution(size), onlyStale, new ArrayList<>()));
            }
        }
        String old = finishedExecution(10);
        addGenerations(old, 10_000);
        subjects.add(new Subject("10 tasks, 10,000 generations, full", old, false, new ArrayList<>()));
        organizations.execute("vacuum analyze", Tuple.tuple());

        for (int round = 0; round < WARM_UP + ROUNDS; round++) {
            for (Subject subject : subjects) {
                long nanoseconds = call(subject);
                if (round >= WARM_UP) {
                    subject.nanoseconds().add(nanoseconds);
                }
            }
        }
        report(subjects);
    }

    private static String mode(boolean onlyStale) {
        return onlyStale ? "stale-only" : "full";
    }

    private long call(Subject subject) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(service.resolve(
                        "/api/flow-executions/" + subject.execution() + "/execute?only_stale=" + subject.onlyStale()))
                .header("X-API-Key", api.key())
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        long began = System.nanoTime();
        HttpResponse<Void> answer = http.send(request, HttpResponse.BodyHandlers.discarding());
        long nanoseconds = System.nanoTime() - began;
        assertThat(answer.statusCode()).isEqualTo(204);
        return nanoseconds;
    }

    /** As an engine would have left it: the tasks' results are there, in their rows. */
    private String finishedExecution(int size) {
        FlowBuilder flow = FlowBuilder.flow().task("in", "webhook_receive", "{}");
        for (int i = 1; i < size; i++) {
            flow.task("t" + i, "format_data", "{'expression':'1','data':'{{in.output}}'}");
        }
        String execution = api.start(api.createFlow(flow), "{}");
        UUID id = UUID.fromString(execution);
        organizations.execute(
                "insert into task_execution (organization_id, flow_execution_id, generation, flow_version, task_name,"
                        + " task_execution_idx, processing_status, output, consumed, fingerprint)"
                        + " select $2, $1, 1, 1, case i when 0 then 'in' else 't' || i end, 0, 'completed', '{}',"
                        + " case i when 0 then '{}' else '{\"in\":[0,0]}' end::json, 'f1:0'"
                        + " from generate_series(0, $3 - 1) as i",
                Tuple.of(id, api.organization(), size));
        organizations.execute(
                "update flow_execution set active = false, status = 'completed', wake_at = null where id = $1",
                Tuple.of(id));
        organizations.execute(
                "update generation set end_reason = 'completed' where flow_execution_id = $1", Tuple.of(id));
        return execution;
    }

    private void addGenerations(String execution, int count) {
        UUID id = UUID.fromString(execution);
        organizations.execute(
                "insert into generation (flow_execution_id, generation, mode, flow_version_from, flow_version_to,"
                        + " requested_by, idempotency_key) select $1, i, 'stale_only', 1, 1, 'bench', 'earlier ' || i"
                        + " from generate_series(2, $2) as i",
                Tuple.of(id, count));
        organizations.execute("update flow_execution set generation = $2 where id = $1", Tuple.of(id, count));
    }

    private static void report(List<Subject> subjects) {
        System.out.printf("%n%-40s %10s %10s %10s%n", "re-execution call over HTTP", "median ms", "p99 ms", "ratio");
        double first = median(subjects.get(0));
        for (Subject subject : subjects) {
            System.out.printf(
                    "%-40s %10.2f %10.2f %10.2f%n",
                    subject.label(), median(subject), percentile(subject, 0.99), median(subject) / first);
        }
    }

    private static double median(Subject subject) {
        return percentile(subject, 0.5);
    }

    private static double percentile(Subject subject, double fraction) {
        long[] sorted =
                subject.nanoseconds().stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted[(int) (fraction * (sorted.length - 1))] / 1e6;
    }
}
