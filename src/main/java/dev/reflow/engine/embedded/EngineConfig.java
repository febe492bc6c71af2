package dev.reflow.engine.embedded;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the engine of this process behaves. */
@ConfigMapping(prefix = "reflow.engine")
public interface EngineConfig {
    /** Whether this process runs executions. Without an engine it only answers requests and others do the work. */
    @WithDefault("true")
    boolean enabled();

    /** How many generations this process works on at a time. Waiting ones that were laid aside do not count. */
    @WithDefault("1000")
    int maxActiveGenerations();

    /** How many tasks this process runs at a time; more wait for their turn. */
    @WithDefault("256")
    int maxRunningTasks();

    /** How large a task's output may be, in bytes of JSON; a larger one fails the task. */
    @WithDefault("4194304")
    int maxOutputBytes();

    /** How often work is looked for that nobody told of. */
    @WithDefault("1s")
    Duration pollInterval();

    /** How often the process says that it is alive. */
    @WithDefault("5s")
    Duration heartbeatInterval();

    /** After what silence a process is declared dead and its work given to others. */
    @WithDefault("20s")
    Duration deadAfter();

    /** How long tasks may go on when the process is asked to stop, before their executions are given to others. */
    @WithDefault("1s")
    Duration shortTaskGrace();

    /** How long tasks may go on then that must not be interrupted. Keep it below the grace period of the platform. */
    @WithDefault("25s")
    Duration shutdownTimeout();
}
