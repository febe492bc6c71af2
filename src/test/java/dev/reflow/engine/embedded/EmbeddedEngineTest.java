package dev.reflow.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.InMemoryCommands;
import dev.reflow.engine.InMemoryGenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.Tables;
import dev.reflow.engine.Wakeups;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.RecordingTaskExecutor;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskOutcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;
import io.smallrye.mutiny.subscription.Cancellable;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One process that looks for work by itself and beats once an hour only: what happens sooner was told. */
class EmbeddedEngineTest {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final FlowId FLOW = new FlowId(new UUID(0, 1));
    private static final TaskName TASK = new TaskName("a");
    private static final NodeId NODE = new NodeId(new UUID(0, 2));
    private static final NodeId OTHER = new NodeId(new UUID(0, 3));

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final Map<String, Integer> calls = new HashMap<>();
    private Tables tables;
    private InMemoryCommands commands;
    private EmbeddedEngine engine;
    private int wakeups;
    private int executions;

    /** @param executor of the flow's one task */
    private void start(
            int maxActiveGenerations, @Nullable Integer maxConcurrentExecutions, RecordingTaskExecutor executor) {
        tables = new Tables(() -> Instant.EPOCH.plus(scheduler.now()), maxConcurrentExecutions, Set.of());
        tables.publish(FLOW, FlowBuilder.flow().task("a", "work", "{}").definition());
        commands = new InMemoryCommands(tables);
        engine = new EmbeddedEngine(
                new Loop(scheduler),
                new Hourly(maxActiveGenerations),
                counted(new InMemoryGenerationStore(tables, InMemoryGenerationStore.Journal.NONE)),
                new CountedWakeups(),
                new TaskExecutors(List.of(executor)),
                new EngineTelemetry(
                        new SimpleMeterRegistry(), TracerProvider.noop().get("test")),
                () -> NODE);
        engine.start();
    }

    private static RecordingTaskExecutor working() {
        return RecordingTaskExecutor.of(
                "work", input -> new TaskOutcome.Completed(JsonNodeFactory.instance.objectNode()));
    }

    private static RecordingTaskExecutor waitingForData() {
        return RecordingTaskExecutor.of(
                "work",
                input -> input.signal() == null
                        ? new TaskOutcome.AwaitingSignal()
                        : new TaskOutcome.Completed(input.signal()));
    }

    private GenerationStore counted(GenerationStore store) {
        return (GenerationStore) Proxy.newProxyInstance(
                GenerationStore.class.getClassLoader(),
                new Class<?>[] {GenerationStore.class},
                (proxy, method, arguments) -> {
                    calls.merge(method.getName(), 1, Integer::sum);
                    return method.invoke(store, arguments);
                });
    }

    private Optional<Fence> execute(Optional<NodeId> owner) {
        CommandStore.StartRequest request = new CommandStore.StartRequest(
                new FlowExecutionId(new UUID(1, executions++)),
                FLOW,
                tables.latestVersion(FLOW),
                JsonNodeFactory.instance.objectNode(),
                TASK,
                null);
        return commands.start(request, "first", owner);
    }

    private void pass(Duration time) {
        scheduler.run(scheduler.now().plus(time), () -> false);
    }

    private long active() {
        return tables.executions().filter(row -> row.active).count();
    }

    @Test
    void backlogIsWorkedOffWithoutPauses() {
        start(2, null, working());
        IntStream.range(0, 20).forEach(i -> execute(Optional.empty()));

        pass(SOON);
        assertThat(active()).isZero();
    }

    @Test
    void generationsWithManyTasksTakeTurnsAndAreAllCarriedOut() {
        start(100, null, working());
        FlowBuilder many = FlowBuilder.flow();
        IntStream.range(0, 1_000).forEach(i -> many.task("a" + i, "work", "{}"));
        tables.publish(FLOW, many.definition());
        IntStream.range(0, 3).forEach(i -> execute(Optional.empty()));

        pass(Duration.ofMinutes(1));
        assertThat(tables.executions()).hasSize(3).allMatch(row -> !row.active && row.attempts.size() == 1_000);
    }

    @Test
    void queueIsWorkedOffWithoutPauses() {
        start(100, 1, working());
        IntStream.range(0, 20).forEach(i -> execute(Optional.empty()));
        assertThat(tables.executions().filter(row -> row.queuedAt != null)).hasSize(19);

        pass(SOON);
        assertThat(active()).isZero();
    }

    @Test
    void nobodyLooksForWorkBecauseSomethingEndedWhenNoneWasLeft() {
        start(100, null, working());
        pass(SOON);
        int looks = calls.get("claim");
        IntStream.range(0, 20)
                .forEach(i ->
                        engine.tell(new Command.Start(execute(Optional.of(NODE)).orElseThrow())));

        pass(SOON);
        assertThat(active()).isZero();
        assertThat(calls).containsEntry("claim", looks);
    }

    @Test
    void parkedExecutionThatIsSignalledIsTakenUpHereAndNobodyElseIsWoken() {
        start(100, null, waitingForData());
        FlowExecutionId parked = park();

        send(parked);
        pass(SOON);
        assertThat(active()).isZero();
        assertThat(wakeups).isZero();
    }

    private FlowExecutionId park() {
        pass(SOON);
        Fence fence = execute(Optional.of(NODE)).orElseThrow();
        engine.tell(new Command.Start(fence));
        pass(SOON);
        assertThat(tables.require(fence.execution()).owner).isNull();
        assertThat(tables.require(fence.execution()).wakeAt).isNull();
        return fence.execution();
    }

    private void send(FlowExecutionId execution) {
        assertThat(commands.receive(execution, TASK, JsonNodeFactory.instance.textNode("data")))
                .isTrue();
        engine.tell(new Command.Signal(execution));
    }

    @Test
    void othersAreWokenForWhatIsInTheirHands() {
        start(100, null, waitingForData());
        FlowExecutionId parked = park();
        tables.require(parked).owner = OTHER;

        send(parked);
        pass(SOON);
        assertThat(active()).isEqualTo(1);
        assertThat(wakeups).isEqualTo(1);
    }

    @Test
    void othersAreWokenWhenThereIsNoRoomHere() {
        start(1, null, waitingForData());
        FlowExecutionId parked = park();
        engine.tell(new Command.Start(execute(Optional.of(NODE)).orElseThrow()));

        send(parked);
        pass(Duration.ZERO);
        assertThat(wakeups).isEqualTo(1);
        pass(SOON);
        assertThat(tables.require(parked).active).isFalse();
    }

    private final class CountedWakeups implements Wakeups {
        @Override
        public void send() {
            wakeups++;
        }

        @Override
        public void listen(Runnable look) {}
    }

    private record Loop(VirtualScheduler scheduler) implements EngineLoop {
        @Override
        public Duration elapsed() {
            return scheduler.now();
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return scheduler.schedule(delay, task);
        }

        @Override
        public void execute(Runnable task) {
            scheduler.schedule(Duration.ZERO, task);
        }
    }

    private record Hourly(int maxActiveGenerations) implements EngineConfig {
        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public int maxRunningTasks() {
            return 100;
        }

        @Override
        public int maxOutputBytes() {
            return 1_000;
        }

        @Override
        public Duration pollInterval() {
            return Duration.ofHours(1);
        }

        @Override
        public Duration heartbeatInterval() {
            return Duration.ofHours(1);
        }

        @Override
        public Duration deadAfter() {
            return Duration.ofHours(3);
        }

        @Override
        public Duration shortTaskGrace() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration shutdownTimeout() {
            return Duration.ofSeconds(10);
        }
    }
}
