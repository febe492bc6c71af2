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
import org.jspecify.annotations.Nullable;
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
    /** How often executions are superseded at each step. */
    private static final int HITS = 25;

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
            Simulation simulation = new Simulation(seed, Set.of(), null, false);
            if (SEED != null || simulation.run().isPresent()) {
                assertThat(violation(seed, null)).isEmpty();
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
    private static Optional<String> violation(long seed, @Nullable Step aim) {
        Simulation simulation = new Simulation(seed, Set.of(), aim, true);
        Optional<String> violation = simulation.run();
        List<String> all = simulation.trace().events();
        List<String> last = all.subList(SEED == null ? Math.max(0, all.size() - LAST_EVENTS) : 0, all.size());
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
        Simulation simulation = new Simulation(seed, Set.of(), null, true);
        simulation.run();
        return simulation.trace().events();
    }

    @ParameterizedTest
    @EnumSource
    void reExecutionAtAnyStepIsSurvived(Step step) {
        int hits = 0;
        long seed = 0;
        while (hits < HITS && seed < SEEDS) {
            Simulation simulation = new Simulation(seed, Set.of(), step, false);
            if (simulation.run().isPresent()) {
                assertThat(violation(seed, step)).isEmpty();
            }
            hits += simulation.driver().hits();
            seed++;
        }
        System.out.printf("superseded at %s: %d times in %d seeds%n", step, hits, seed);
        assertThat(hits).isGreaterThanOrEqualTo(HITS);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LEASE_RISES")
    void missingGuardIsNoticed(Guard guard) {
        OptionalLong seed = LongStream.range(0, SEEDS)
                .filter(each -> violationWithout(missing(guard), each)
                        .filter(violation -> violation.startsWith(noticed(guard)))
                        .isPresent())
                .findFirst();

        assertThat(seed).as("the seed that misses %s", guard).isPresent();
        System.out.printf("without %s: seed %d%n", guard, seed.getAsLong());
    }

    /** The lease rises whenever the owner changes, so that the owner has nothing to guard until it does not. */
    private static Set<Guard> missing(Guard guard) {
        return guard == Guard.OWNER ? EnumSet.of(Guard.OWNER, Guard.LEASE_RISES) : EnumSet.of(guard);
    }

    /** What goes wrong without a guard, and nothing else before it. */
    private static String noticed(Guard guard) {
        return switch (guard) {
            case LEASE -> "a superseded generation never writes: completed";
            case OWNER -> "only the holder writes: completed";
            case REVISION -> "what is laid aside waits for data or a worker";
            case UNOWNED -> "a task runs once at a time";
            case STILL_ORPHANED -> "nothing is left of what has ended";
            case ONE_RESULT -> "a task has one result in a generation";
            case LEASE_RISES -> throw new IllegalArgumentException();
            case ROOM -> "no execution begins without room in its organization";
            case QUEUE -> "nobody begins before those who have waited for longer";
            case UNINTERRUPTIBLE -> "what must not be interrupted is not superseded while its process lives";
            case PATIENCE -> "after an outage nobody loses its work before it could beat";
            case GRACE -> "what must not be interrupted may end while its process shuts down";
            case SLOTS -> "a process runs no more tasks than it may";
            case CAPACITY -> "a process works on no more generations than it may";
        };
    }

    @Test
    void leaseThatDoesNotRiseIsHarmlessWhileTheOwnerIsAskedFor() {
        assertThat(LongStream.range(0, SEEDS / 4)
                        .mapToObj(seed -> violationWithout(EnumSet.of(Guard.LEASE_RISES), seed))
                        .flatMap(Optional::stream))
                .isEmpty();
    }

    private static Optional<String> violationWithout(Set<Guard> missing, long seed) {
        return new Simulation(seed, missing, null, false).run();
    }
}
