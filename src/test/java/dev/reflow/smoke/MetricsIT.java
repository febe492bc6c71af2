package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.support.FlowBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus is told by processes to which everything happens that is counted. */
class MetricsIT {
    private static final Pattern SAMPLE =
            Pattern.compile("^(reflow_[a-z_]+)(\\{[^}]*})? ([-+.0-9eE]+|NaN)$", Pattern.MULTILINE);
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path temp;

    private final Map<String, Double> greatest = new TreeMap<>();
    private Cluster cluster;
    private Node first;
    private Node small;
    private Node observer;
    private RemoteService silent;

    @BeforeEach
    void start() throws Exception {
        silent = new RemoteService();
        cluster = Cluster.start(temp.toRealPath(), 1);
        first = cluster.node(0);
        small = cluster.launch(Map.of("REFLOW_ENGINE_MAX_RUNNING_TASKS", "1"));
        observer = cluster.launch(Map.of("REFLOW_ENGINE_ENABLED", "false", "REFLOW_METRICS_BACKLOG_INTERVAL", "1s"));
        cluster.join(small);
        cluster.join(observer);
    }

    @AfterEach
    void stop() throws Exception {
        silent.close();
        cluster.close();
    }

    /** What a process tells now, by name and labels; the greatest values of all are kept by name. */
    private Map<String, Double> scrape(Node node) throws Exception {
        List<MatchResult> samples = SAMPLE.matcher(
                        node.client("").get("/q/metrics").expect(200).text())
                .results()
                .toList();
        samples.forEach(
                sample -> greatest.merge(sample.group(1), Double.valueOf(sample.group(3)), (a, b) -> b > a ? b : a));
        return samples.stream()
                .collect(Collectors.toMap(
                        sample -> sample.group(1) + (sample.group(2) == null ? "" : sample.group(2)),
                        sample -> Double.valueOf(sample.group(3))));
    }

    private void awaitMetric(Node node, String name, double atLeast, double atMost) {
        await(name)
                .atMost(SOON)
                .untilAsserted(() -> assertThat(scrape(node).get(name)).isBetween(atLeast, atMost));
    }

    private void awaitWaiting(String state, double executions) {
        awaitMetric(observer, "reflow_executions{state=\"" + state + "\"}", executions, executions);
    }

    private static FlowBuilder calling(RemoteService remote, String... tasks) {
        FlowBuilder flow = FlowBuilder.flow().task("order", "webhook_receive", "{}");
        for (String task : tasks) {
            flow.task(
                    task,
                    "http_request",
                    "{'url': '" + remote.url("/held") + "', 'method': 'POST', 'body': '{{order.output}}'}");
        }
        return flow;
    }

    private static String start(Node node, FlowBuilder flow) throws Exception {
        ReflowClient client = node.client(Cluster.KEY);
        return client.execute(client.createFlow(flow), FlowBuilder.json("{}"));
    }

    @Test
    void everyMetricIsTold() throws Exception {
        executeAndReExecute();
        fillUp();
        loseWrites();
        beCutOff();
        beGone();

        List<String> promised = Pattern.compile("`(reflow_[a-z_]+)`(?=[^|]*\\|[^|]*\\|$)", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(promised).hasSizeGreaterThan(12).allSatisfy(name -> {
            List<String> told = greatest.containsKey(name) ? List.of(name) : List.of(name + "_count", name + "_sum");
            assertThat(told).allSatisfy(each -> assertThat(greatest.get(each)).isBetween(1e-6, 1e4));
        });
    }

    /** By the process that was asked; what the observer takes in, another one claims. */
    private void executeAndReExecute() throws Exception {
        ReflowClient client = first.client(Cluster.KEY);
        String execution = start(
                first,
                FlowBuilder.flow()
                        .task("order", "webhook_receive", "{}")
                        .task("copy", "format_data", "{'expression': '$', 'data': '{{order.output}}'}"));
        client.awaitCompletion(execution, SOON);
        client.reExecute(execution, false, "full").expect(204);
        client.awaitCompletion(execution, SOON);
        client.awaitCompletion(start(observer, FlowBuilder.flow().task("order", "webhook_receive", "{}")), SOON);
        assertThat(scrape(first))
                .containsEntry("reflow_reexecutions_seconds_count{mode=\"full\",outcome=\"accepted\"}", 1.0)
                .containsEntry(
                        "reflow_task_duration_seconds_count{executor=\"format_data\",outcome=\"completed\"}", 2.0);
        assertThat(scrape(first).get("reflow_generations_claimed_total")
                        + scrape(small).get("reflow_generations_claimed_total"))
                .isEqualTo(1);
    }

    /** Two executions run at the first process, one at the small one, one waits for data, one for room. */
    private void fillUp() throws Exception {
        start(first, calling(cluster.remote(), "call"));
        start(first, calling(cluster.remote(), "call"));
        start(small, calling(cluster.remote(), "call", "call-2", "call-3"));
        start(first, FlowBuilder.flow().task("order", "webhook_receive", "{}").task("data", "wait_for_webhook", "{}"));
        awaitMetric(first, "reflow_generations_active", 2, 2);
        awaitMetric(first, "reflow_tasks_running", 2, 2);
        awaitMetric(small, "reflow_generations_active", 1, 1);
        awaitMetric(small, "reflow_tasks_running", 1, 1);
        awaitMetric(small, "reflow_tasks_waiting", 2, 2);
        awaitWaiting("owned", 3);
        awaitWaiting("parked", 1);
        cluster.database().texts("update organization set max_concurrent_executions = 4");
        start(first, FlowBuilder.flow().task("order", "webhook_receive", "{}"));
        awaitWaiting("queued", 1);
        awaitMetric(observer, "reflow_executions_oldest_seconds{state=\"queued\"}", 1e-3, 60);
    }

    /** What runs is taken away, its processes do not know of it when it ends, and nobody takes it up until then. */
    private void loseWrites() throws Exception {
        cluster.database()
                .texts("update flow_execution set owner = null, lease = lease + 1,"
                        + " wake_at = clock_timestamp() + interval '10 seconds' where owner is not null");
        cluster.remote().release();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(scrape(first).get("reflow_writes_fenced_total")
                                + scrape(small).get("reflow_writes_fenced_total"))
                        .isBetween(1.0, 10.0));
        awaitWaiting("owned", 0);
        awaitWaiting("queued", 0);
    }

    /** The small process cannot reach the database until another one has its work. */
    private void beCutOff() throws Exception {
        start(small, calling(silent, "call"));
        awaitMetric(small, "reflow_tasks_running", 1, 1);
        small.proxy().swallow();
        awaitMetric(first, "reflow_generations_rescued_total", 1, 1);
        awaitMetric(small, "reflow_engine_beats_failed_total", 1, 100);
        small.proxy().serve();
        awaitMetric(small, "reflow_engine_declared_dead_total", 1, 1);
        awaitMetric(first, "reflow_tasks_running", 1, 1);
    }

    /** Nobody is left who runs anything. */
    private void beGone() throws Exception {
        first.kill();
        small.kill();
        start(observer, FlowBuilder.flow().task("order", "webhook_receive", "{}"));
        awaitWaiting("orphaned", 1);
        awaitWaiting("due", 1);
        awaitMetric(observer, "reflow_executions_oldest_seconds{state=\"orphaned\"}", 3, 60);
        awaitMetric(observer, "reflow_executions_oldest_seconds{state=\"due\"}", 1e-3, 60);
    }
}
