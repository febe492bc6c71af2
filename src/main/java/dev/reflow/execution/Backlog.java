package dev.reflow.execution;

import java.time.Duration;
import java.util.Locale;

/**
 * How many active executions are in a state, in all organizations.
 *
 * @param oldest for how long the oldest one has been waiting for somebody; zero where nothing waits for anybody
 */
public record Backlog(State state, long executions, Duration oldest) {
    /** Who or what an active execution is with. */
    public enum State {
        /** A process. */
        OWNED,
        /** A time, or something from outside. */
        PARKED,
        /** Due, and not taken up yet. */
        DUE,
        /** Room in its organization. */
        QUEUED,
        /** A process that says nothing any more. */
        ORPHANED;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static State of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }
}
