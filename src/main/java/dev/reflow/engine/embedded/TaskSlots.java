package dev.reflow.engine.embedded;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * Limits how many tasks run at a time; the others wait in the order in which they came. Confined to the loop.
 */
final class TaskSlots {
    private final BooleanSupplier open;
    private final int slots;
    private final Watcher watcher;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;
    private boolean draining;

    /** Is told how full it is. */
    interface Watcher {
        void changed(int used, int asked);
    }

    /** @param open whether any task may begin now; once it may again, {@link #startWaiting} is to be called */
    TaskSlots(int slots, BooleanSupplier open, Watcher watcher) {
        this.slots = slots;
        this.free = slots;
        this.open = open;
        this.watcher = watcher;
    }

    /** Runs {@code start} when a slot is free. It has to {@link #release} the slot. */
    void acquire(Runnable start) {
        if (free > 0 && open.getAsBoolean()) {
            free--;
            start.run();
        } else {
            waiting.add(start);
        }
        watcher.changed(slots - free, waiting.size());
    }

    /** A waiter may find that it is of no use any more and release at once: that is a loop, not a recursion. */
    void release() {
        free++;
        startWaiting();
    }

    void startWaiting() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (free > 0 && !waiting.isEmpty() && open.getAsBoolean()) {
                free--;
                waiting.remove().run();
            }
        } finally {
            draining = false;
            watcher.changed(slots - free, waiting.size());
        }
    }
}
