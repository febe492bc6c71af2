package dev.reflow.ops;

import static dev.reflow.support.FlowBuilder.flow;
import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.support.ApiClient;
import dev.reflow.support.Organizations;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is counted of a service that has had something to do. */
@QuarkusTest
class MetricsTest {
    private static final Pattern SAMPLE =
            Pattern.compile("^(reflow_[a-z_]+(?:\\{[^}]*})?) ([-+.0-9eE]+|NaN)$", Pattern.MULTILINE);

    private static final Pattern NAME = Pattern.compile("^([a-z_]+)[{ ]", Pattern.MULTILINE);
    private static final Pattern USED = Pattern.compile("\\b(reflow|sql|http)_[a-z]+_?[a-z_]*\\b");

    @Inject
    Organizations organizations;

    @Inject
    BacklogMeters backlog;

    @Test
    void whatHappensIsCounted() throws IOException {
        ApiClient api = organizations.create();
        Map<String, Double> before = samples();
        String doing = api.createFlow(flow().task("in", "webhook_receive", "{}")
                .task("total", "format_data", "{'expression': 'amount * 2', 'data': {'amount': '{{in.amount}}'}}"));
        String execution = api.start(doing, "{'amount': 1}");
        api.awaitStatus(execution, "completed");
        api.execute(execution, false);
        api.awaitStatus(execution, "completed");
        api.execute(execution, true);
        api.execute("00000000-0000-4000-8000-000000000000", false);
        String waiting = api.start(
                api.createFlow(flow().task("in", "webhook_receive", "{}")
                        .task("wait", "wait_for_webhook", "{'for': '{{in.amount}}'}")),
                "{'amount': 1}");
        api.awaitStatus(waiting, "awaiting_input");
        backlog.look().await().indefinitely();
        Map<String, Double> after = samples();

        assertRise(before, after, "reflow_reexecutions_seconds_count{mode=\"full\",outcome=\"accepted\"}", 1);
        assertRise(before, after, "reflow_reexecutions_seconds_count{mode=\"stale_only\",outcome=\"accepted\"}", 1);
        assertRise(before, after, "reflow_reexecutions_seconds_count{mode=\"full\",outcome=\"not_found\"}", 1);
        assertRise(before, after, "reflow_reexecutions_seconds_sum{mode=\"full\",outcome=\"accepted\"}", 1e-6);
        assertRise(
                before, after, "reflow_task_duration_seconds_count{executor=\"format_data\",outcome=\"completed\"}", 2);
        for (String call : List.of("re_execute", "load", "begin", "record", "park", "finish", "find_api_keys")) {
            assertRise(before, after, "reflow_group_commit_rows_count{call=\"" + call + "\"}", 1);
            assertRise(before, after, "reflow_group_commit_wait_seconds_count{call=\"" + call + "\"}", 1);
            assertRise(
                    before,
                    after,
                    "reflow_group_commit_duration_seconds_count{call=\"" + call + "\",outcome=\"done\"}",
                    1);
        }
        assertThat(Set.of(names(get("/q/metrics").asString()))).containsAll(usedNames());
        assertThat(after.get("reflow_executions{state=\"parked\"}")).isPositive();
        assertThat(after.get("reflow_executions{state=\"orphaned\"}")).isNotNegative();
        assertThat(after.get("reflow_executions_oldest_seconds{state=\"due\"}")).isBetween(0.0, 60.0);
    }

    private static String[] names(String text) {
        return NAME.matcher(text)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toArray(String[]::new);
    }

    /** By the dashboard and the alerts. */
    private static Set<String> usedNames() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String file : List.of("dashboard.json", "alerts.yaml")) {
            String text = Files.readString(Path.of("k8s/components/monitoring", file));
            USED.matcher(text).results().forEach(found -> used.add(found.group()));
        }
        assertThat(used).hasSizeGreaterThan(15);
        return used;
    }

    /** A round of the service's own may come in between. */
    @Test
    void whatHasNotBeenCountedForSomeTimeIsNotTold() {
        await().untilAsserted(() -> {
            for (int i = 0; i < 3; i++) {
                backlog.look(Uni.createFrom().failure(new IOException("the database is away")))
                        .await()
                        .indefinitely();
            }
            assertThat(samples().get("reflow_executions{state=\"parked\"}")).isNaN();
            assertThat(samples().get("reflow_executions_oldest_seconds{state=\"due\"}"))
                    .isNaN();
        });
        backlog.look().await().indefinitely();
        assertThat(samples().get("reflow_executions{state=\"parked\"}")).isNotNegative();
    }

    @Test
    void gaugesFollowWhatIsInHand() {
        assertThat(samples())
                .containsKeys(
                        "reflow_generations_active",
                        "reflow_tasks_running",
                        "reflow_tasks_waiting",
                        "reflow_generations_claimed_total",
                        "reflow_generations_rescued_total",
                        "reflow_writes_fenced_total",
                        "reflow_engine_declared_dead_total",
                        "reflow_engine_beats_failed_total");
        await().untilAsserted(
                        () -> assertThat(samples().get("reflow_tasks_running")).isZero());
    }

    private static void assertRise(Map<String, Double> before, Map<String, Double> after, String name, double atLeast) {
        assertThat(after).as(name).containsKey(name);
        assertThat(after.get(name) - before.getOrDefault(name, 0.0)).as(name).isGreaterThanOrEqualTo(atLeast);
    }

    private static Map<String, Double> samples() {
        return SAMPLE.matcher(get("/q/metrics").asString())
                .results()
                .collect(Collectors.toMap(
                        (MatchResult sample) -> sample.group(1), sample -> Double.valueOf(sample.group(2))));
    }
}
