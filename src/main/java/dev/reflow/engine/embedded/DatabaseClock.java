package dev.reflow.engine.embedded;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The database's time, so that nodes whose own clocks differ agree on what is due. Confined to the loop. */
final class DatabaseClock implements InstantSource {
    private final EngineLoop loop;
    private Instant read = Instant.EPOCH;
    private Duration readAt = Duration.ZERO;

    DatabaseClock(EngineLoop loop) {
        this.loop = loop;
    }

    /** @param at the moment of the loop at which the database had that time */
    void set(Instant time, Duration at) {
        read = time;
        readAt = at;
    }

    @Override
    public Instant instant() {
        return read.plus(loop.elapsed().minus(readAt));
    }
}
