package dev.reflow.security;

import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Whether the provider could not be asked a moment ago. As long as no keys came from it, its outage concerns all tokens,
 * and they are spared the attempt for that moment; afterwards it concerns those of unknown keys only.
 */
final class Outage {
    private static final Logger LOG = Logger.getLogger(Outage.class);
    private static final long MOMENT = Duration.ofSeconds(1).toNanos();

    private volatile boolean keys;
    private volatile long last = System.nanoTime() - MOMENT;

    boolean keepsAll() {
        return !keys && isRecent();
    }

    private boolean isRecent() {
        return System.nanoTime() - last < MOMENT;
    }

    void hasKeys() {
        keys = true;
    }

    /** One line in the log per moment is enough. */
    void began(Throwable cause) {
        if (!isRecent()) {
            LOG.warnf("tokens cannot be checked, the provider did not answer: %s", cause);
        }
        last = System.nanoTime();
    }
}
