package dev.reflow.engine.embedded;

import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** A loop on a thread of its own. After {@link #close} it takes nothing more, silently. */
@Singleton
final class ThreadLoop implements EngineLoop, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ThreadLoop.class);

    private final long startedAt = System.nanoTime();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, ThreadLoop::newThread);

    ThreadLoop() {
        thread.setRemoveOnCancelPolicy(true);
    }

    private static Thread newThread(Runnable loop) {
        Thread thread = new Thread(loop, "reflow-engine");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    @Override
    public void execute(Runnable task) {
        var unused = schedule(Duration.ZERO, task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        try {
            ScheduledFuture<?> scheduled = thread.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.debug("the engine has stopped: something that came late is dropped");
            return () -> {};
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a defect in the engine", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
