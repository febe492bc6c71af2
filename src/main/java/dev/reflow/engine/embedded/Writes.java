package dev.reflow.engine.embedded;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Calls of the database that are repeated until they are answered. The answers come on the loop. */
final class Writes {
    private static final Logger LOG = Logger.getLogger(Writes.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final EngineLoop loop;

    Writes(EngineLoop loop) {
        this.loop = loop;
    }

    /**
     * Calls until there is an answer.
     *
     * @param wanted whether the answer is still of use; asked before each repetition
     * @param impossible told when no repetition could help, because what is to be written or read is not JSON
     */
    <T> void untilAnswered(
            String what,
            Supplier<Uni<T>> call,
            BooleanSupplier wanted,
            Consumer<T> answer,
            Consumer<RuntimeException> impossible) {
        attempt(what, call, wanted, answer, impossible, FIRST_PAUSE);
    }

    private <T> void attempt(
            String what,
            Supplier<Uni<T>> call,
            BooleanSupplier wanted,
            Consumer<T> answer,
            Consumer<RuntimeException> impossible,
            Duration pause) {
        Uni.createFrom()
                .<T>deferred(call::get)
                .emitOn(loop)
                .subscribe()
                .with(
                        answer,
                        failure -> loop.execute(() -> {
                            LOG.warnf("%s failed, next try in %d ms: %s", what, pause.toMillis(), failure);
                            loop.schedule(pause, () -> {
                                if (wanted.getAsBoolean()) {
                                    attempt(what, call, wanted, answer, impossible, longer(pause));
                                }
                            });
                        }));
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
}
