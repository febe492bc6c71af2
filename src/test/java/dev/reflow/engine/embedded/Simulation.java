package dev.reflow.engine.embedded;

import dev.reflow.engine.ExecutionRow;
import dev.reflow.engine.Guard;
import dev.reflow.engine.InMemoryGenerationStore;
import dev.reflow.engine.Tables;
import dev.reflow.engine.Wakeups;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Some processes, one database, and a course of events that follows from a number. */
final class Simulation {
    static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration TROUBLE = Duration.ofSeconds(70);
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(600);
    private static final Duration LAST_REQUESTS = Duration.ofSeconds(25);
    private static final Duration AFTERWARDS = Duration.ofSeconds(7);

    private final Random random;
    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final Trace trace;
    private final Map<Collision, Integer> collisions = new EnumMap<>(Collision.class);
    private final Invariants invariants;
    private final Tables tables;
    private final InMemoryGenerationStore store;
    private final Faults faults;
    private final @Nullable Integer maxConcurrentExecutions;
    private final Set<Guard> missing;
    private final EngineConfig config;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Map<SimulatedNode, Runnable> listeners = new LinkedHashMap<>();
    private final Driver driver;

    /** @param aim at which executions are superseded; null for anywhere */
    Simulation(long seed, Set<Guard> missing, @Nullable Step aim, boolean traced) {
        this.missing = missing;
        random = new Random(seed);
        trace = new Trace(traced, scheduler);
        config = new SimulatedConfig(1 + random.nextInt(4), 1 + random.nextInt(6), Duration.ofSeconds(10));
        maxConcurrentExecutions = random.nextInt(4) == 0 ? 2 : null;
        tables = new Tables(() -> BEGINNING.plus(scheduler.now()), maxConcurrentExecutions, missing);
        invariants = new Invariants(this, config);
        store = new InMemoryGenerationStore(tables, invariants);
        faults = new Faults(random);
        driver = new Driver(this, aim);
    }

    /** @return what did not hold; empty when all is well */
    Optional<String> run() {
        driver.begin(TROUBLE);
        pass(TROUBLE, false);
        driver.end();
        pass(TROUBLE.plus(LAST_REQUESTS), false);
        pass(TROUBLE.plus(LONG_ENOUGH), true);
        driver.fallSilent();
        pass(scheduler.now().plus(AFTERWARDS), false);
        if (invariants.violation().isEmpty()) {
            invariants.checkEnd();
        }
        return invariants.violation();
    }

    private void pass(Duration end, boolean untilQuiet) {
        scheduler.run(end, () -> invariants.violation().isPresent() || (untilQuiet && isQuiet()));
    }

    private boolean isQuiet() {
        return tables.executions().allMatch(Simulation::isAtRest);
    }

    /** Whether it has ended, or waits for something that only others can send. */
    static boolean isAtRest(ExecutionRow row) {
        return !row.active || (row.owner == null && row.wakeAt == null && row.queuedAt == null);
    }

    SimulatedNode addNode() {
        SimulatedNode node = new SimulatedNode(this, nodes.size() + 1, configOfNodes());
        nodes.add(node);
        trace.add(() -> node + " starts");
        node.engine().start();
        return node;
    }

    private EngineConfig configOfNodes() {
        return new SimulatedConfig(
                config.maxRunningTasks() + (has(Guard.SLOTS) ? 0 : 1),
                config.maxActiveGenerations() + (has(Guard.CAPACITY) ? 0 : 1),
                has(Guard.GRACE) ? config.shutdownTimeout() : config.shortTaskGrace());
    }

    Wakeups wakeups(SimulatedNode node) {
        return new Wakeups() {
            @Override
            public void send() {
                listeners.values().stream()
                        .filter(look -> faults.next() == Faults.Fate.DONE)
                        .forEach(look -> scheduler.schedule(faults.latency(), look));
            }

            @Override
            public void listen(Runnable look) {
                listeners.put(node, look);
            }
        };
    }

    void count(Collision collision) {
        count(collision, 1);
    }

    void count(Collision collision, int times) {
        if (times > 0) {
            collisions.merge(collision, times, Integer::sum);
        }
    }

    Map<Collision, Integer> collisions() {
        return collisions;
    }

    boolean has(Guard guard) {
        return !missing.contains(guard);
    }

    /** What every process should have. */
    EngineConfig config() {
        return config;
    }

    /** Whether a process works on it that has nothing but the database to fear. */
    boolean isInLivingHands(ExecutionRow row) {
        return nodes.stream().anyMatch(node -> row.owner != null && node.has(row.owner) && node.isRunning());
    }

    /** Of the organization; null for any number. */
    @Nullable
    Integer maxConcurrentExecutions() {
        return maxConcurrentExecutions;
    }

    Random random() {
        return random;
    }

    VirtualScheduler scheduler() {
        return scheduler;
    }

    Trace trace() {
        return trace;
    }

    Invariants invariants() {
        return invariants;
    }

    Tables tables() {
        return tables;
    }

    InMemoryGenerationStore store() {
        return store;
    }

    Faults faults() {
        return faults;
    }

    Driver driver() {
        return driver;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    private record SimulatedConfig(int maxRunningTasks, int maxActiveGenerations, Duration shutdownTimeout)
            implements EngineConfig {
        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public int maxOutputBytes() {
            return 1_000;
        }

        @Override
        public Duration pollInterval() {
            return Duration.ofSeconds(4);
        }

        @Override
        public Duration heartbeatInterval() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Duration deadAfter() {
            return Duration.ofSeconds(20);
        }

        @Override
        public Duration shortTaskGrace() {
            return Duration.ofSeconds(1);
        }
    }
}
