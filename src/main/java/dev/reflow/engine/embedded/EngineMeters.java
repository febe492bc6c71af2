package dev.reflow.engine.embedded;

import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** What the engine counts. The names of task executors are those of the registry and {@code unknown}: a bounded set. */
final class EngineMeters {
    private static final String UNKNOWN = "unknown";

    private final MeterRegistry registry;
    private final TaskExecutors executors;
    private final AtomicInteger activeGenerations = new AtomicInteger();
    private final AtomicInteger runningTasks = new AtomicInteger();
    private final AtomicInteger waitingTasks = new AtomicInteger();
    private final Counter claimed;
    private final Counter rescued;
    private final Counter declaredDead;
    private final Counter fenced;
    private final Counter failedBeats;

    EngineMeters(MeterRegistry registry, TaskExecutors executors) {
        this.registry = registry;
        this.executors = executors;
        gauge("reflow.generations.active", "Generations that this process works on", activeGenerations);
        gauge("reflow.tasks.running", "Tasks that this process runs", runningTasks);
        gauge("reflow.tasks.waiting", "Tasks that wait for a free place in this process", waitingTasks);
        claimed = counter("reflow.generations.claimed", "Generations that this process took up because they were due");
        rescued = counter("reflow.generations.rescued", "Generations that this process freed from dead ones");
        declaredDead = counter("reflow.engine.declared.dead", "How often others declared this process dead");
        fenced = counter("reflow.writes.fenced", "Writes refused because the work is in other hands");
        failedBeats = counter("reflow.engine.beats.failed", "Heartbeats that were not answered");
    }

    private void gauge(String name, String description, AtomicInteger value) {
        Gauge.builder(name, value, AtomicInteger::get).description(description).register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    void active(int generations) {
        activeGenerations.set(generations);
    }

    void slots(int used, int asked) {
        runningTasks.set(used);
        waitingTasks.set(asked);
    }

    void claimed(int generations) {
        claimed.increment(generations);
    }

    void rescued(int generations) {
        rescued.increment(generations);
    }

    void declaredDead() {
        declaredDead.increment();
    }

    void beatFailed() {
        failedBeats.increment();
    }

    void fenced() {
        fenced.increment();
    }

    /** @param took in the executor's hands */
    void ended(String executor, TaskOutcome outcome, Duration took) {
        Timer.builder("reflow.task.duration")
                .description("How long attempts were in the hands of their executor")
                .tag("executor", executors.find(executor).isPresent() ? executor : UNKNOWN)
                .tag("outcome", outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .publishPercentileHistogram(false)
                .register(registry)
                .record(took);
    }
}
