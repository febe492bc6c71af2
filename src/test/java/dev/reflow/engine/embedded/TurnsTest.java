package dev.reflow.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final Turns turns = new Turns(new QueueLoop());

    private void runLoop() {
        while (!loop.isEmpty()) {
            loop.remove().run();
        }
    }

    @Test
    void firstStepIsDoneAtOnceAndWhatIsDueBetweenTheOthers() {
        turns.take(() -> done.add("step 1"));
        turns.take(() -> done.add("step 2"));
        turns.take(() -> done.add("step 3"));
        loop.add(() -> done.add("beat"));
        assertThat(done).containsExactly("step 1");

        runLoop();
        assertThat(done).containsExactly("step 1", "step 2", "beat", "step 3");

        turns.take(() -> done.add("step 4"));
        assertThat(done).endsWith("step 4");
    }

    @Test
    void stepThatFailsDoesNotKeepTheOthersFromTheirTurns() {
        turns.take(() -> turns.take(() -> done.add("next")));
        loop.add(() -> turns.take(() -> {
            throw new IllegalStateException("a defect");
        }));
        turns.take(() -> done.add("last"));
        while (!loop.isEmpty()) {
            try {
                runLoop();
            } catch (IllegalStateException defect) {
                done.add(defect.getMessage());
            }
        }
        assertThat(done).containsExactly("next", "last", "a defect");
        turns.take(() -> done.add("after"));
        assertThat(done).endsWith("after");
    }

    private final class QueueLoop implements EngineLoop {
        @Override
        public Duration elapsed() {
            return Duration.ZERO;
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void execute(Runnable task) {
            loop.add(task);
        }
    }
}
