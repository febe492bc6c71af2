package dev.reflow.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which task waits for which, by position in the definition. */
public final class TaskGraph {
    private final int[][] dependencies;
    private final int[][] dependents;
    private final int[] order;

    TaskGraph(int[][] dependencies) {
        this.dependencies = dependencies;
        this.dependents = reversed(dependencies);
        this.order = topologicalOrder();
    }

    public int size() {
        return dependencies.length;
    }

    /** The tasks that this one waits for. */
    public int[] dependencies(int task) {
        return dependencies[task];
    }

    /** The tasks that wait for this one. */
    public int[] dependents(int task) {
        return dependents[task];
    }

    /** All tasks, each after its dependencies; ties in the definition's order. Tasks on or below a cycle are missing. */
    public int[] order() {
        return order;
    }

    /**
     * Cycles: each a list of positions in which every task waits for the next one, and the last for the first. A task
     * outside the order waits for another one outside, so following one such dependency from each finds a cycle of
     * every tangle in linear time.
     */
    List<List<Integer>> cycles() {
        boolean[] ordered = new boolean[size()];
        IntStream.of(order).forEach(task -> ordered[task] = true);
        int[] walkOf = new int[size()];
        List<List<Integer>> cycles = new ArrayList<>();
        for (int start = 0; start < size(); start++) {
            List<Integer> path = new ArrayList<>();
            int task = start;
            while (!ordered[task] && walkOf[task] == 0) {
                walkOf[task] = start + 1;
                path.add(task);
                task = IntStream.of(dependencies[task])
                        .filter(dependency -> !ordered[dependency])
                        .findFirst()
                        .orElseThrow();
            }
            if (!path.isEmpty() && walkOf[task] == start + 1) {
                cycles.add(path.subList(path.indexOf(task), path.size()));
            }
        }
        return cycles;
    }

    private int[] topologicalOrder() {
        int[] waiting = new int[size()];
        int[] sorted = new int[size()];
        int count = 0;
        for (int task = 0; task < size(); task++) {
            waiting[task] = dependencies[task].length;
            if (waiting[task] == 0) {
                sorted[count++] = task;
            }
        }
        for (int next = 0; next < count; next++) {
            for (int dependent : dependents[sorted[next]]) {
                if (--waiting[dependent] == 0) {
                    sorted[count++] = dependent;
                }
            }
        }
        return IntStream.of(sorted).limit(count).toArray();
    }

    private static int[][] reversed(int[][] edges) {
        int[] counts = new int[edges.length];
        for (int[] targets : edges) {
            for (int target : targets) {
                counts[target]++;
            }
        }
        int[][] reversed = new int[edges.length][];
        for (int task = 0; task < edges.length; task++) {
            reversed[task] = new int[counts[task]];
        }
        for (int task = edges.length - 1; task >= 0; task--) {
            for (int target : edges[task]) {
                reversed[target][--counts[target]] = task;
            }
        }
        return reversed;
    }
}
