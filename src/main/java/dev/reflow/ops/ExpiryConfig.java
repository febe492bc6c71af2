package dev.reflow.ops;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How executions are deleted whose flow's {@code settings.ttl.seconds} have passed. */
@ConfigMapping(prefix = "reflow.ttl")
public interface ExpiryConfig {
    /** How often they are looked for. */
    @WithDefault("1m")
    Duration interval();

    /** How many are deleted in one transaction. */
    @WithDefault("500")
    int batch();

    /** How many transactions there are in a row. */
    @WithDefault("100")
    int batches();
}
