package dev.reflow.bench;

import dev.reflow.engine.GenerationStore;
import dev.reflow.engine.NodeId;
import dev.reflow.engine.Wakeups;
import dev.reflow.engine.embedded.EmbeddedEngine;
import dev.reflow.engine.embedded.EngineConfig;
import dev.reflow.engine.embedded.EngineLoop;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.HoldingServer;
import dev.reflow.support.Organizations;
import dev.reflow.support.TestDatabase;
import dev.reflow.support.Unwatched;
import dev.reflow.task.TaskExecutors;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * How long work has nobody who does it, when one of two engines dies without a word and when it is asked to stop, with
 * the times of the default configuration. The engines are in this process; one that dies does nothing any more.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(WithoutEngine.class)
class TakeOverBench {
    private static final int EXECUTIONS = 100;

    @Inject
    Organizations organizations;

    @Inject
    Executions executions;

    @Inject
    EngineConfig config;

    @Inject
    GenerationStore store;

    @Inject
    Wakeups wakeups;

    @Inject
    TaskExecutors executors;

    private static final class Loop implements EngineLoop {
        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

        @Override
        public Duration elapsed() {
            return Duration.ofNanos(System.nanoTime());
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            try {
                Future<?> scheduled = thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            } catch (RejectedExecutionException e) {
                return () -> {}; // dead
            }
        }

        @Override
        public void execute(Runnable task) {
            schedule(Duration.ZERO, task);
        }

        void die() {
            thread.shutdownNow();
        }
    }

    @Test
    void timeUntilWorkRunsAgain() {
        try (HoldingServer remote = new HoldingServer()) {
            ApiClient api = organizations.create();
            String flow = api.createFlow(FlowBuilder.flow()
                    .task("in", "webhook_receive", "{}")
                    .task("call", "http_request", "{'url': '" + remote.url() + "', 'body': '{{in.output}}'}"));
            Loop first = new Loop();
            engine(first);
            executions.start(flow, EXECUTIONS);
            untilRunning(remote, EXECUTIONS);

            Loop second = new Loop();
            EmbeddedEngine stops = engine(second);
            first.die();
            System.out.printf("%nafter a kill: %.1f s%n", secondsUntil(remote, 2 * EXECUTIONS));

            Loop third = new Loop();
            EmbeddedEngine last = engine(third);
            long asked = System.nanoTime();
            stops.stop().await().indefinitely();
            untilRunning(remote, 3 * EXECUTIONS);
            System.out.printf("after a request to stop: %.1f s%n", (System.nanoTime() - asked) / 1e9);
            second.die();
            remote.release();
            executions.untilNone(
                    "select count(*) from flow_execution where flow_id = $1 and active", UUID.fromString(flow));
            last.stop().await().indefinitely();
            third.die();
        }
    }

    private EmbeddedEngine engine(Loop loop) {
        EmbeddedEngine engine =
                new EmbeddedEngine(loop, config, store, wakeups, executors, Unwatched.telemetry(), NodeId::random);
        engine.start();
        executions.untilTrue(() -> engine.claimant().isPresent());
        return engine;
    }

    private double secondsUntil(HoldingServer remote, int calls) {
        long began = System.nanoTime();
        untilRunning(remote, calls);
        return (System.nanoTime() - began) / 1e9;
    }

    private void untilRunning(HoldingServer remote, int calls) {
        executions.untilTrue(() -> remote.idempotencyKeys().size() >= calls);
    }
}
