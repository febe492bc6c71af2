package dev.reflow.engine.embedded;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/** The one thread on which the engine decides, and the only time that it knows. */
public interface EngineLoop extends Executor {
    InstantSource clock();

    /** Runs something on the loop once the delay is over. */
    void schedule(Duration delay, Runnable task);
}
