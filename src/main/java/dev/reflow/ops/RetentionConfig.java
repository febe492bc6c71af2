package dev.reflow.ops;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long what nobody needs any more is kept. */
@ConfigMapping(prefix = "reflow.retention")
public interface RetentionConfig {
    /** How long the attempts of a generation that a full re-execution has discarded stay readable. */
    @WithDefault("7d")
    Duration superseded();

    /** How long clients can read up on what has happened to an execution. */
    @WithDefault("1d")
    Duration events();

    /** How long the records of changes are kept. */
    @WithDefault("365d")
    Duration audit();

    /** How often what is too old is looked for. */
    @WithDefault("10m")
    Duration interval();

    /** How many generations are purged in one transaction. */
    @WithDefault("100")
    int batch();

    /** How many events, or records of changes, are purged in one transaction. */
    @WithDefault("5000")
    int eventBatch();
}
