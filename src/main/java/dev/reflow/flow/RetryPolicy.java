package dev.reflow.flow;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether and when a task that failed is tried again.
 *
 * @param maximumAttempts in all, the first one included
 * @param initialInterval the pause after the first failure
 * @param backoffCoefficient by which each pause is longer than the one before
 * @param maximumInterval no pause is longer
 * @param nonRetryableErrors parts of messages, in any case, after which a task is not tried again
 */
public record RetryPolicy(
        int maximumAttempts,
        Duration initialInterval,
        double backoffCoefficient,
        Duration maximumInterval,
        List<String> nonRetryableErrors) {
    /** One attempt. */
    public static final RetryPolicy NONE =
            new RetryPolicy(1, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), List.of());

    private static final int ATTEMPTS_UNLESS_SAID = 3;

    public RetryPolicy {
        nonRetryableErrors = List.copyOf(nonRetryableErrors);
    }

    static RetryPolicy read(JsonFields fields) {
        int attempts = fields.count("maximum_attempts", ATTEMPTS_UNLESS_SAID);
        Duration initial = fields.seconds("initial_interval_seconds").orElse(NONE.initialInterval);
        double coefficient = fields.factor("backoff_coefficient", NONE.backoffCoefficient);
        Optional<Duration> maximum = fields.seconds("maximum_interval_seconds");
        if (maximum.isPresent() && maximum.get().compareTo(initial) < 0) {
            fields.fault(
                    "greater_than_equal", "Input should not be below the initial interval", "maximum_interval_seconds");
        }
        return new RetryPolicy(
                attempts,
                initial,
                coefficient,
                maximum.orElse(longer(NONE.maximumInterval, initial)),
                fields.texts("non_retryable_errors"));
    }

    /**
     * How long to wait before the next attempt; empty when there is to be none.
     *
     * @param failedAttempts so far, from 1
     * @param message of the failure
     */
    public Optional<Duration> pauseAfter(int failedAttempts, String message) {
        if (failedAttempts >= maximumAttempts || isFinal(message)) {
            return Optional.empty();
        }
        // As doubles: a power that is too large is infinite, and infinity is longer than the longest pause.
        double nanos = initialInterval.toNanos() * Math.pow(backoffCoefficient, failedAttempts - 1);
        return Optional.of(nanos < maximumInterval.toNanos() ? Duration.ofNanos((long) nanos) : maximumInterval);
    }

    private boolean isFinal(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return nonRetryableErrors.stream()
                .map(error -> error.toLowerCase(Locale.ROOT))
                .anyMatch(lower::contains);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
