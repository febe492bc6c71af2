package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.support.FlowBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Two processes on one database, under load, and what happens to such processes and such a database. */
class FaultsIT {
    private static final Duration QUIET = Duration.ofSeconds(60);

    /** Errors of requests that were answered with a failure, and of the connection for notifications, which is made anew. */
    private static final List<String> EXPECTED =
            List.of("[dev.ref.api.Failures]", "[org.hib.rea.", "Cannot LISTEN to channels");

    /**
     * Half a minute after a connection was not to be had, or when it shuts down sooner, the pool finds out that it has said
     * so already.
     */
    private static final String LATE = "java.lang.IllegalStateException: Result is already complete";

    /** What the engine, and requests, have the database do. */
    private static final List<String> WRITES = List.of(
            "beat(",
            "claim(",
            "start_execution(",
            "re_execute(",
            "begin_generations(",
            "record_tasks(",
            "cut_off_results(",
            "park_generations(",
            "finish_generations(",
            "cancel_execution(",
            "edit_task(",
            "receive_webhook_data(");

    @TempDir
    static Path temp;

    static Cluster cluster;

    private final ExecutorService threads = Executors.newFixedThreadPool(50);
    private String fact;
    private long repeated;

    @BeforeAll
    static void start() throws Exception {
        cluster = Cluster.start(temp.toRealPath(), 2);
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void setUp(TestInfo test) throws Exception {
        fact = test.getDisplayName();
        cluster.witness().mark();
    }

    @AfterEach
    void tearDown() {
        threads.shutdownNow();
    }

    /** Something bad, in the middle of everything. */
    private interface Fault {
        void happen(Load load) throws Exception;
    }

    /** The database is always there: there is no reason for any complaint of a process that answers requests. */
    private void underLoad(Fault fault) throws Exception {
        assertThat(errorsUnderLoad(fault)).isEmpty();
    }

    /** Requests fail while something is away that they need, and nothing else does. */
    private void underLoadWithFailures(Fault fault) throws Exception {
        assertThat(errorsUnderLoad(fault)).allMatch(line -> EXPECTED.stream().anyMatch(line::contains));
    }

    private List<String> errorsUnderLoad(Fault fault) throws Exception {
        Instant began = Instant.now();
        cluster.newComplaints();
        Load load = new Load(new LoadFlows(cluster.remote()), cluster::anyClient);
        Promises promises;
        try (load) {
            load.begin();
            load.awaitMore(60);
            fault.happen(load);
            load.awaitMore(60);
            load.awaitEach();
            promises = load.end(cluster.database());
        }
        cluster.witness().awaitQuiet(load, QUIET);
        List<String> said = cluster.newComplaints();
        repeated = said.stream().filter(line -> line.contains("next try in")).count();
        System.out.printf(
                "%s: %s; %s; %d calls repeated, in %d ms%n",
                fact,
                promises,
                cluster.witness().summary(),
                repeated,
                Duration.between(began, Instant.now()).toMillis());
        promises.check(cluster.database());
        cluster.witness().check(load);
        assertThat(said).noneMatch(line -> line.contains("a defect"));
        return said.stream()
                .filter(line -> line.contains(" ERROR ") && !line.contains(LATE))
                .toList();
    }

    @Test
    void executionsOfAKilledProcessGoOnElsewhere() throws Exception {
        underLoad(load -> {
            Node victim = cluster.node(0);
            cluster.witness().awaitHands(victim, 8);
            victim.kill();
            cluster.leave(victim);
            cluster.join(cluster.launch());
        });
        assertThat(cluster.witness().rescued()).isGreaterThan(3);
        assertThat(cluster.witness().superseded()).isGreaterThan(10);
    }

    /** What it writes before it hears that it was declared dead is refused. */
    @Test
    void processThatWasSuspendedChangesNothingThatOthersHaveTakenUp() throws Exception {
        underLoadWithFailures(load -> {
            Node zombie = cluster.node(0);
            double refused = zombie.counter("reflow_writes_fenced_total");
            cluster.witness().awaitHands(zombie, 8);
            zombie.suspend();
            try {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> cluster.witness().rescued() > 0);
                load.awaitMore(10);
                zombie.proxy().loseAnswersTo("beat(");
                zombie.proxy().cutConnections();
            } finally {
                zombie.resume();
            }
            await("refused writes")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> zombie.counter("reflow_writes_fenced_total") > refused);
            zombie.proxy().loseNothing();
            zombie.proxy().cutSilentConnections();
            load.awaitMore(30);
        });
        assertThat(cluster.witness().rescued()).isGreaterThan(3);
        assertThat(cluster.witness().shared()).isGreaterThan(3);
    }

    @Test
    void crashOfTheDatabaseLosesNothing() throws Exception {
        underLoadWithFailures(load -> {
            for (int i = 0; i < 2; i++) {
                cluster.database().crash();
                cluster.database().restart();
                load.awaitMore(40);
            }
        });
        assertThat(repeated).isGreaterThan(50);
    }

    @Test
    void sessionsThatAreTerminatedLoseNothing() throws Exception {
        int[] terminated = new int[1];
        underLoadWithFailures(load -> {
            for (int i = 0; i < 10; i++) {
                terminated[0] += cluster.database().terminateSessions();
                load.awaitMore(10);
            }
        });
        assertThat(terminated[0]).isGreaterThan(50);
        assertThat(repeated).isGreaterThan(10);
    }

    /** First nothing gets through and nothing says so, then nobody is there; what was swallowed never comes back. */
    @Test
    void databaseThatIsAwayForHalfAMinuteIsTakenUpAgain() throws Exception {
        underLoadWithFailures(load -> {
            cluster.nodes().forEach(node -> node.proxy().swallow());
            Thread.sleep(15_000);
            assertThat(cluster.nodes()).allMatch(node -> node.proxy().swallowed() > 3);
            cluster.nodes().forEach(node -> node.proxy().turnAway());
            Thread.sleep(15_000);
            cluster.nodes().forEach(node -> node.proxy().serve());
        });
        assertThat(repeated).isGreaterThan(50);
        assertThat(cluster.witness().rescued()).isZero();
        for (Node node : cluster.nodes()) {
            assertThat(node.readiness()).isEqualTo(200);
        }
    }

    @Test
    @DisabledIfSystemProperty(named = "reflow.executable", matches = ".+", disabledReason = "only a JVM takes an agent")
    void clockThatIsTenMinutesFastChangesNothing() throws Exception {
        Node fast = cluster.launch(Map.of("JAVA_TOOL_OPTIONS", ClockShift.javaToolOptions(temp.toRealPath())));
        cluster.join(fast);
        assertThat(fast.lastLogged()).isAfter(LocalDateTime.now().plus(ClockShift.BY.dividedBy(2)));
        underLoad(load -> {
            cluster.witness().awaitHands(fast, 5);
            load.awaitMore(150);
            assertThat(cluster.witness().delaysOfAnotherClock(load)).isEmpty();
        });
        assertThat(cluster.witness().shared()).isGreaterThan(10);
        assertThat(cluster.witness().rescued()).isZero();
        end(fast);
    }

    private static void end(Node node) throws Exception {
        cluster.leave(node);
        node.askToEnd();
        node.awaitEnd();
    }

    @Test
    void fiftyReExecutionsOfOneExecutionAtOnceAreFiftyGenerations() throws Exception {
        underLoad(load -> {
            ReflowClient client = cluster.anyClient();
            String execution = client.execute(
                    client.createFlow(new LoadFlows(cluster.remote()).flow("slow", 1)), FlowBuilder.json("{}"));
            List<CompletableFuture<Integer>> answers = IntStream.range(0, 50)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> reExecute(execution, i), threads))
                    .toList();
            assertThat(answers.stream().map(CompletableFuture::join))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.rangeClosed(2, 51).boxed().toList());
            client.awaitCompletion(execution, Duration.ofSeconds(30));
        });
        assertThat(cluster.witness().superseded()).isGreaterThan(50);
    }

    private static int reExecute(String execution, int number) {
        try {
            return cluster.node(number % 2)
                    .client(Cluster.KEY)
                    .reExecute(execution, number % 3 == 0, "one-of-fifty-" + number)
                    .expect(204)
                    .generation();
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    /** The database does what it is told, and the process never hears of it. */
    @Test
    void writesWhoseAnswersAreLostAreDoneOnce() throws Exception {
        underLoadWithFailures(load -> {
            DatabaseProxy proxy = cluster.node(0).proxy();
            for (String write : WRITES) {
                proxy.loseAnswersTo(write);
                proxy.cutConnections(); // new ones are needed, as the old ones have parsed the statement long ago
                await(write).atMost(Duration.ofSeconds(30)).until(() -> proxy.silentConnections() > 0);
                proxy.loseNothing();
                proxy.cutSilentConnections();
            }
        });
        assertThat(cluster.witness().writes("cut_off_results")).isPositive();
        assertThat(repeated).isGreaterThan(20);
    }

    @Test
    void processWithoutAFreeConnectionStaysAlive() throws Exception {
        List<Node> others = List.copyOf(cluster.nodes());
        Node small = cluster.launch(Map.of("QUARKUS_DATASOURCE_REACTIVE_MAX_SIZE", "2"));
        cluster.join(small);
        others.forEach(cluster::leave);
        underLoadWithFailures(load -> {
            for (int i = 0; i < 3; i++) {
                cluster.witness().awaitHands(small, 3);
                try (Connection connection = cluster.database().connect();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    statement.execute("select from flow_execution where active order by id for update");
                    Thread.sleep(4_000); // longer than a process lives that cannot say that it does
                }
                load.awaitMore(20);
            }
        });
        assertThat(repeated).isGreaterThan(20);
        assertThat(cluster.witness().rescued()).isZero();
        others.forEach(cluster::join);
        end(small);
    }

    /** First it says that it is not ready, then it ends what it is asked for, and others have its work at once. */
    @Test
    void processThatIsToldToEndHandsItsWorkOver() throws Exception {
        underLoad(load -> {
            Node leaving = cluster.node(0);
            cluster.witness().awaitHands(leaving, 8);
            String flow = cluster.anyClient().createFlow(new LoadFlows(cluster.remote()).flow("short", 1));
            try (Connection connection = cluster.database().connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("select from flow where id = '" + flow + "' for update");
                CompletableFuture<String> inFlight =
                        CompletableFuture.supplyAsync(() -> start(leaving.client(Cluster.KEY), flow), threads);
                await().until(() ->
                        cluster.database().count("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                                > 0);
                leaving.askToEnd();
                await().atMost(Duration.ofSeconds(2)).until(() -> leaving.readiness() == 503);
                assertThat(inFlight).isNotDone();
                connection.rollback();
                assertThat(inFlight.join()).isNotEmpty();
            }
            leaving.awaitEnd();
            cluster.leave(leaving);
            assertThat(cluster.witness().handedOver()).isGreaterThan(3);
            assertThat(cluster.witness().rescued()).isZero();
            assertThat(cluster.witness().slowestHandover()).isLessThan(Duration.ofSeconds(2));
            cluster.join(cluster.launch());
        });
    }

    private static String start(ReflowClient client, String flow) {
        try {
            return client.execute(flow, FlowBuilder.json("{}"));
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }
}
