package dev.reflow.engine.embedded;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Long steps, one after the other, with everything else that is due in between: many large generations that are loaded
 * together must not keep this process from saying that it is alive. Confined to the loop.
 */
final class Turns {
    private final EngineLoop loop;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean taken;

    Turns(EngineLoop loop) {
        this.loop = loop;
    }

    /** Runs the step at once when no other one has its turn. */
    void take(Runnable step) {
        waiting.add(step);
        if (!taken) {
            next();
        }
    }

    private void next() {
        Runnable step = waiting.poll();
        taken = step != null;
        if (step != null) {
            try {
                step.run();
            } finally {
                loop.execute(this::next);
            }
        }
    }
}
