package dev.reflow.engine.embedded;

import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.concurrent.Executor;

/** The one thread on which the engine decides, and the only passing of time that it knows. */
public interface EngineLoop extends Executor {
    /** The time since some moment in the past; never goes back. */
    Duration elapsed();

    /** Runs something on the loop once the delay is over, unless it is cancelled before. */
    Cancellable schedule(Duration delay, Runnable task);
}
