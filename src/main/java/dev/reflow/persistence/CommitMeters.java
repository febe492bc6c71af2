package dev.reflow.persistence;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** What calls that carry many requests have carried, how long the requests waited for them, and how long they took. */
final class CommitMeters {
    private final DistributionSummary rows;
    private final Timer waiting;
    private final Timer done;
    private final Timer failed;

    /** @param call what is called */
    CommitMeters(MeterRegistry registry, String call) {
        rows = DistributionSummary.builder("reflow.group.commit.rows")
                .description("Requests that went to the database together")
                .tag("call", call)
                .register(registry);
        waiting = Timer.builder("reflow.group.commit.wait")
                .description("How long requests waited for the call that carried them")
                .tag("call", call)
                .register(registry);
        done = duration(registry, call, "done");
        failed = duration(registry, call, "failed");
    }

    private static Timer duration(MeterRegistry registry, String call, String outcome) {
        return Timer.builder("reflow.group.commit.duration")
                .description("How long calls took")
                .tag("call", call)
                .tag("outcome", outcome)
                .register(registry);
    }

    void waited(long nanoseconds) {
        waiting.record(Duration.ofNanos(nanoseconds));
    }

    void carried(int requests, boolean success, long nanoseconds) {
        rows.record(requests);
        (success ? done : failed).record(Duration.ofNanos(nanoseconds));
    }
}
