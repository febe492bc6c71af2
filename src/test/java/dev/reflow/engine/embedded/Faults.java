package dev.reflow.engine.embedded;

import java.time.Duration;
import java.util.Random;

/** How the calls of the database go. Some runs are calm, others are not. */
final class Faults {
    private static final double[] RATES = {0, 0.02, 0.02, 0.1};

    private static final Duration LATE = Duration.ofSeconds(20);

    private final Random random;
    private final double rate;
    private boolean away;
    private boolean over;

    /** What becomes of a call. */
    enum Fate {
        DONE,
        /** It is not done, and its caller is told that nobody knows. */
        FAILS,
        /** It is done, and its caller is told that nobody knows. */
        LOSES_ANSWER,
        /** It is done, and its caller hears nothing. */
        NEVER_ANSWERS,
        /** It is done twice. */
        TWICE,
        /** It is done when its caller has given it up, and maybe repeated it. */
        ARRIVES_LATE
    }

    Faults(Random random) {
        this.random = random;
        this.rate = RATES[random.nextInt(RATES.length)];
    }

    Fate next() {
        if (over || random.nextDouble() >= rate) {
            return Fate.DONE;
        }
        Fate[] fates = Fate.values();
        return fates[1 + random.nextInt(fates.length - 1)];
    }

    /** A call's way to the database. */
    Duration latency(Fate fate) {
        return fate == Fate.ARRIVES_LATE ? LATE.plus(latency()) : latency();
    }

    /** A call's way to the database, or back. */
    Duration latency() {
        boolean slow = !over && random.nextDouble() < rate / 2;
        return Duration.ofMillis(slow ? random.nextInt(3_000) : 1 + random.nextInt(10));
    }

    /** How long somebody else holds the lock that is needed. */
    Duration lockWait() {
        return over || random.nextInt(4) > 0 ? Duration.ZERO : Duration.ofMillis(random.nextInt(10_000));
    }

    boolean areThere() {
        return rate > 0;
    }

    boolean isAway() {
        return away;
    }

    void setAway(boolean away) {
        this.away = away;
    }

    /** From now on everything goes well. */
    void end() {
        over = true;
        away = false;
    }
}
