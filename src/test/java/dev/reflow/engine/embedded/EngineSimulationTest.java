package dev.reflow.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.engine.Guard;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The whole engine on virtual time: some processes, one database, and everything that can go wrong between them. Each
 * seed is a course of events. {@code -Dreflow.simulation.seeds} says how many are tried, {@code -Dreflow.simulation.seed}
 * which one alone, with everything that happens in it.
 */
class EngineSimulationTest {
    private static final int SEEDS = Integer.getInteger("reflow.simulation.seeds", 2_000);
    private static final Long SEED = Long.getLong("reflow.simulation.seed");
    private static final int LAST_EVENTS = 80;
    /** Seeds that it takes for a fault to meet with work, at the most. */
    private static final int RAREST = 200;

    private static final Logger ENGINE = Logger.getLogger("dev.reflow.engine.embedded");

    @BeforeAll
    static void silence() {
        ENGINE.setLevel(Level.OFF);
        Infrastructure.setDroppedExceptionHandler(failure -> {});
    }

    @AfterAll
    static void speak() {
        ENGINE.setLevel(null);
        Infrastructure.resetDroppedExceptionHandler();
    }

    @Test
    void invariantsHoldWhateverFails() {
        Map<Collision, Integer> collisions = new EnumMap<>(Collision.class);
        seeds().forEach(seed -> {
            Simulation simulation = new Simulation(seed, Set.of(), false);
            if (SEED != null || simulation.run().isPresent()) {
                assertThat(violation(seed, SEED == null ? LAST_EVENTS : Integer.MAX_VALUE))
                        .isEmpty();
            }
            simulation.collisions().forEach((collision, times) -> collisions.merge(collision, times, Integer::sum));
        });
        if (SEED == null) {
            assertThat(EnumSet.allOf(Collision.class))
                    .allSatisfy(collision -> assertThat(collisions.getOrDefault(collision, 0))
                            .as("%s in %s", collision, collisions)
                            .isGreaterThanOrEqualTo(SEEDS / RAREST));
        }
    }

    private static LongStream seeds() {
        return SEED == null ? LongStream.range(0, SEEDS) : LongStream.of(SEED);
    }

    /** What does not hold with a seed, and the events that led to it. */
    private static Optional<String> violation(long seed, int events) {
        Simulation simulation = new Simulation(seed, Set.of(), true);
        Optional<String> violation = simulation.run();
        List<String> all = simulation.trace().events();
        List<String> last = all.subList(Math.max(0, all.size() - events), all.size());
        if (SEED != null) {
            last.forEach(System.out::println);
        }
        return violation.map(what -> "seed " + seed + ": " + what + "\n" + String.join("\n", last));
    }

    @Test
    void seedRepeatsExactly() {
        LongStream.range(0, 20).forEach(seed -> assertThat(events(seed)).isEqualTo(events(seed)));
    }

    private static List<String> events(long seed) {
        Simulation simulation = new Simulation(seed, Set.of(), true);
        simulation.run();
        return simulation.trace().events();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OWNER")
    void missingGuardIsNoticed(Guard guard) {
        OptionalLong seed = firstViolation(Set.of(guard));

        assertThat(seed).as("the seed that misses %s", guard).isPresent();
        System.out.printf("without %s: seed %d%n", guard, seed.getAsLong());
    }

    /** The lease rises whenever the owner changes, which the invariants check: who shows the lease is the owner. */
    @Test
    void missingOwnerIsNoticedOnceTheLeaseIsMissingToo() {
        Set<Guard> fence = EnumSet.of(Guard.LEASE, Guard.OWNER);
        OptionalLong seed = firstViolation(fence);

        assertThat(seed).isPresent();
        System.out.printf("without %s: seed %d%n", fence, seed.getAsLong());
    }

    private static OptionalLong firstViolation(Set<Guard> missing) {
        return LongStream.range(0, SEEDS)
                .filter(seed -> new Simulation(seed, missing, false).run().isPresent())
                .findFirst();
    }
}
