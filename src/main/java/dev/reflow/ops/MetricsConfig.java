package dev.reflow.ops;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What is counted for {@code /q/metrics} beside what happens in the process. */
@ConfigMapping(prefix = "reflow.metrics")
public interface MetricsConfig {
    /** How often the executions that wait in the database are counted. */
    @WithDefault("15s")
    Duration backlogInterval();
}
