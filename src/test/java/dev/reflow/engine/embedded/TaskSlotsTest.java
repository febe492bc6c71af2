package dev.reflow.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskSlotsTest {
    @Test
    void waitersGetSlotsInTheOrderInWhichTheyCame() {
        TaskSlots slots = new TaskSlots(1, () -> true, (used, asked) -> {});
        List<String> started = new ArrayList<>();
        slots.acquire(() -> started.add("a"));
        slots.acquire(() -> started.add("b"));
        slots.acquire(() -> started.add("c"));
        assertThat(started).containsExactly("a");
        slots.release();
        assertThat(started).containsExactly("a", "b");
        slots.release();
        slots.release();
        slots.acquire(() -> started.add("d"));
        assertThat(started).containsExactly("a", "b", "c", "d");
    }

    @Test
    void anyNumberOfWaitersMayGiveUpAtOnce() {
        TaskSlots slots = new TaskSlots(1, () -> true, (used, asked) -> {});
        List<String> started = new ArrayList<>();
        slots.acquire(() -> started.add("first"));
        for (int i = 0; i < 100_000; i++) {
            slots.acquire(slots::release);
        }
        slots.acquire(() -> started.add("last"));
        slots.release();
        assertThat(started).containsExactly("first", "last");
    }
}
