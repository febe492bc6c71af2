package dev.reflow.engine.embedded;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Calls of the database whose answers come on the loop. */
final class Calls {
    private static final Logger LOG = Logger.getLogger(Calls.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final EngineLoop loop;
    private final Duration limit;
    private final @Nullable GenerationLog log;

    /** @param limit after which a call that has no answer counts as failed */
    Calls(EngineLoop loop, Duration limit) {
        this(loop, limit, null);
    }

    private Calls(EngineLoop loop, Duration limit, @Nullable GenerationLog log) {
        this.loop = loop;
        this.limit = limit;
        this.log = log;
    }

    /** The same for one generation. */
    Calls of(GenerationLog generation) {
        return new Calls(loop, limit, generation);
    }

    /** Calls once. Exactly one of the two is told, once. */
    <T> void once(Supplier<Uni<T>> call, Consumer<T> answer, Consumer<Throwable> failed) {
        Pending pending = new Pending();
        pending.limit = loop.schedule(limit, () -> pending.end(() -> failed.accept(new NoAnswerException(limit))));
        Uni.createFrom()
                .<T>deferred(call::get)
                .emitOn(loop)
                .subscribe()
                .with(
                        item -> pending.end(() -> answer.accept(item)),
                        failure -> loop.execute(() -> pending.end(() -> failed.accept(failure))));
    }

    /**
     * Calls until there is an answer.
     *
     * @param wanted whether the answer is still of use; asked before each repetition
     * @param impossible told when no repetition could help, because what is to be written or read cannot be
     */
    <T> void untilAnswered(
            String what,
            Supplier<Uni<T>> call,
            BooleanSupplier wanted,
            Consumer<T> answer,
            Consumer<IllegalArgumentException> impossible) {
        attempt(what, call, wanted, answer, impossible, FIRST_PAUSE);
    }

    private <T> void attempt(
            String what,
            Supplier<Uni<T>> call,
            BooleanSupplier wanted,
            Consumer<T> answer,
            Consumer<IllegalArgumentException> impossible,
            Duration pause) {
        once(call, answer, failure -> {
            if (failure instanceof IllegalArgumentException impossibility) {
                impossible.accept(impossibility);
                return;
            }
            warn(String.format("%s failed, next try in %d ms: %s", what, pause.toMillis(), failure));
            loop.schedule(pause, () -> {
                if (wanted.getAsBoolean()) {
                    attempt(what, call, wanted, answer, impossible, longer(pause));
                }
            });
        });
    }

    private void warn(String message) {
        if (log == null) {
            LOG.warn(message);
        } else {
            log.line(() -> LOG.warn(message));
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    /** A call without an end yet. */
    private static final class Pending {
        private Cancellable limit = () -> {};
        private boolean over;

        void end(Runnable told) {
            if (!over) {
                over = true;
                limit.cancel();
                told.run();
            }
        }
    }

    private static final class NoAnswerException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoAnswerException(Duration limit) {
            super("no answer within " + limit);
        }
    }
}
