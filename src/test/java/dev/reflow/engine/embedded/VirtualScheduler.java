package dev.reflow.engine.embedded;

import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Time that passes when everything that was to be done before is done. */
final class VirtualScheduler {
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::number));
    private long now;
    private long number;

    private static final class Timer {
        private final long at;
        private final long number;
        private final Runnable task;
        private boolean cancelled;

        Timer(long at, long number, Runnable task) {
            this.at = at;
            this.number = number;
            this.task = task;
        }

        long at() {
            return at;
        }

        long number() {
            return number;
        }
    }

    Duration now() {
        return Duration.ofNanos(now);
    }

    Cancellable schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(now + Math.max(0, delay.toNanos()), number++, task);
        timers.add(timer);
        return () -> timer.cancelled = true;
    }

    /** Lets time pass until the end, or until the condition holds after something was done. */
    void run(Duration end, BooleanSupplier until) {
        while (!timers.isEmpty() && timers.element().at <= end.toNanos()) {
            Timer timer = timers.remove();
            if (!timer.cancelled) {
                now = timer.at;
                timer.task.run();
                if (until.getAsBoolean()) {
                    return;
                }
            }
        }
        now = end.toNanos();
    }
}
