package dev.reflow.api;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How clients are told of changes while they happen. */
@ConfigMapping(prefix = "reflow.live")
public interface LiveConfig {
    /** How often a process with listeners looks for changes: about the longest delay. */
    @WithDefault("250ms")
    Duration pollInterval();

    /** How many connections this process serves at a time, of both kinds. */
    @WithDefault("1000")
    int maxConnections();

    /** How many events may wait for a client; one that is further behind is disconnected. */
    @WithDefault("4000")
    int buffer();

    /**
     * After what time something is sent for the sake of those in between, even if nothing happens, and whoever listens is
     * looked at again: so long does it take until a withdrawn credential ends what it has begun.
     */
    @WithDefault("20s")
    Duration heartbeat();

    /** How long a connection lasts. */
    @WithDefault("15m")
    Duration maxDuration();

    /** How many events are read at a time; a process with more than these to tell at once disconnects its listeners. */
    @WithDefault("10000")
    int batch();
}
