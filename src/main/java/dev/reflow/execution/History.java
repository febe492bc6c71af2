package dev.reflow.execution;

import dev.reflow.flow.TaskName;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The attempts of an execution that still count: those of generations at or above its floor. */
public final class History {
    private final Map<TaskName, Attempt> newest = new HashMap<>();
    private final Map<TaskName, Attempt> current = new HashMap<>();
    private final Map<TaskName, Integer> highestIdx = new HashMap<>();
    private final Map<TaskName, Set<Failure>> failures = new HashMap<>();

    private record Failure(int generation, int idx) {}

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
        if (attempt.status() == ProcessingStatus.FAILED) {
            failed(attempt.task(), attempt.generation(), attempt.idx());
        }
    }

    void failed(TaskName task, int generation, int idx) {
        highestIdx.merge(task, idx, Math::max);
        failures.computeIfAbsent(task, name -> new HashSet<>()).add(new Failure(generation, idx));
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

    /** How many attempts of the task failed in a generation. */
    int failures(TaskName task, int generation) {
        return (int) failures.getOrDefault(task, Set.of()).stream()
                .filter(failure -> failure.generation() == generation)
                .count();
    }

    public int nextIdx(TaskName task) {
        return highestIdx.getOrDefault(task, -1) + 1;
    }
}
