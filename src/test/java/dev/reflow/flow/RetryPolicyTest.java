package dev.reflow.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final RetryPolicy POLICY =
            new RetryPolicy(10, Duration.ofMillis(500), 2, Duration.ofSeconds(3), List.of("not found", "Refused"));

    @Test
    void pausesGrowUpToTheLongest() {
        assertThat(POLICY.pauseAfter(1, "")).contains(Duration.ofMillis(500));
        assertThat(POLICY.pauseAfter(2, "")).contains(Duration.ofSeconds(1));
        assertThat(POLICY.pauseAfter(3, "")).contains(Duration.ofSeconds(2));
        assertThat(POLICY.pauseAfter(4, "")).contains(Duration.ofSeconds(3));
        assertThat(POLICY.pauseAfter(9, "")).contains(Duration.ofSeconds(3));
    }

    @Test
    void lastAttemptHasNoPause() {
        assertThat(POLICY.pauseAfter(10, "")).isEmpty();
        assertThat(POLICY.pauseAfter(11, "")).isEmpty();
        assertThat(RetryPolicy.NONE.pauseAfter(1, "")).isEmpty();
    }

    @Test
    void errorThatIsNotRetriedIsFoundInsideTheMessageInAnyCase() {
        assertThat(POLICY.pauseAfter(1, "status 404: NOT FOUND")).isEmpty();
        assertThat(POLICY.pauseAfter(1, "connection refused by peer")).isEmpty();
        assertThat(POLICY.pauseAfter(1, "not there")).isPresent();
    }

    @Test
    void endlessGrowthIsTheLongestPause() {
        Duration year = Duration.ofDays(365);
        RetryPolicy patient = new RetryPolicy(Integer.MAX_VALUE, year, 1e308, year, List.of());

        assertThat(patient.pauseAfter(1, "")).contains(year);
        assertThat(patient.pauseAfter(2_000_000_000, "")).contains(year);
    }

    @Test
    void coefficientOfOneKeepsThePause() {
        RetryPolicy steady =
                new RetryPolicy(Integer.MAX_VALUE, Duration.ofNanos(1), 1, Duration.ofSeconds(1), List.of());

        assertThat(steady.pauseAfter(2_000_000_000, "")).contains(Duration.ofNanos(1));
    }
}
