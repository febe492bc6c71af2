package dev.reflow.execution;

import dev.reflow.flow.TaskName;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The attempts of an execution that still count: those of generations at or above its floor. */
public final class History {
    private final Map<TaskName, Attempt> newest = new HashMap<>();
    private final Map<TaskName, Attempt> current = new HashMap<>();
    private final Map<TaskName, Integer> highestIdx = new HashMap<>();

    /**
     * @param attempts at or above the floor, in any order
     * @param highestIdx of each task that ever had an attempt, below the floor too
     */
    public History(Collection<Attempt> attempts, Map<TaskName, Integer> highestIdx) {
        this.highestIdx.putAll(highestIdx);
        attempts.forEach(this::add);
    }

    /** A new attempt, or a new state of one that is known. */
    void add(Attempt attempt) {
        newest.merge(attempt.task(), attempt, History::later);
        highestIdx.merge(attempt.task(), attempt.idx(), Math::max);
        if (attempt.isCompleted()) {
            current.merge(attempt.task(), attempt, History::later);
        }
    }

    private static Attempt later(Attempt one, Attempt other) {
        return other.idx() >= one.idx() ? other : one;
    }

    public Set<TaskName> tasks() {
        return newest.keySet();
    }

    public Optional<Attempt> newest(TaskName task) {
        return Optional.ofNullable(newest.get(task));
    }

    /** The task's current result: its newest completed attempt. */
    public Optional<Attempt> current(TaskName task) {
        return Optional.ofNullable(current.get(task));
    }

    public Collection<Attempt> currentResults() {
        return current.values();
    }

    public int nextIdx(TaskName task) {
        return highestIdx.getOrDefault(task, -1) + 1;
    }
}
