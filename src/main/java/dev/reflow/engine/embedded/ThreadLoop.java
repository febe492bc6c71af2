package dev.reflow.engine.embedded;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** A loop on a thread of its own, by the system's clock. After {@link #close} it takes nothing more, silently. */
final class ThreadLoop implements EngineLoop, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ThreadLoop.class);

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
    public InstantSource clock() {
        return InstantSource.system();
    }

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        try {
            var unused = thread.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS); // guarded tells
        } catch (RejectedExecutionException e) {
            LOG.debug("the engine has stopped: something that came late is dropped");
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
