package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.support.LogLines;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RoundsTest {
    @Inject
    Rounds rounds;

    @Test
    void ofFailuresInARowTheFirstIsToldAndTheirEnd() {
        try (LogLines log = LogLines.ofAll()) {
            round("watering");
            fail("watering", "no water");
            fail("watering", "no can");
            fail("mowing", "no fuel");
            round("watering");
            round("watering");
            fail("watering", "no time");
            assertThat(told(log))
                    .containsExactly(
                            "WARN watering failed, later rounds try again: java.io.IOException: no water",
                            "WARN mowing failed, later rounds try again: java.io.IOException: no fuel",
                            "INFO watering goes on, after 2 rounds that failed",
                            "WARN watering failed, later rounds try again: java.io.IOException: no time");
        }
    }

    private void round(String what) {
        rounds.attempt(what, Uni.createFrom().item(1)).await().indefinitely();
    }

    private void fail(String what, String why) {
        rounds.attempt(what, Uni.createFrom().failure(new IOException(why)))
                .await()
                .indefinitely();
    }

    private static List<String> told(LogLines log) {
        return log.lines().stream()
                .filter(line -> line.contains("watering") || line.contains("mowing"))
                .filter(line -> !line.startsWith("DEBUG"))
                .map(line -> line.replaceFirst("^([A-Z]+) +\\[[^]]*] +", "$1 "))
                .toList();
    }
}
