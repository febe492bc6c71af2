package dev.reflow.execution;

import java.util.List;
import java.util.Set;

/**
 * How the work of a generation goes, apart from what the code decides.
 *
 * @param order of the tasks that could end next, as a seed
 * @param failing the tasks whose attempts fail
 * @param waiting the tasks that wait for a time first
 * @param crashes after how many steps the process is lost and another one goes on
 * @param meanwhile what a person does while it goes on
 * @param stop after how many steps nobody goes on, until something else happens to the execution
 */
record Course(
        long order,
        Set<String> failing,
        Set<String> waiting,
        Set<Integer> crashes,
        List<Meanwhile> meanwhile,
        int stop) {
    static final int NEVER = Integer.MAX_VALUE;
    static final Course SMOOTH = new Course(0, Set.of(), Set.of(), Set.of(), List.of(), NEVER);

    /** @param step how many steps come before it */
    record Meanwhile(int step, Happening happening) {}

    Course withoutCrashes() {
        return new Course(order, failing, waiting, Set.of(), meanwhile, stop);
    }

    Course undisturbed() {
        return new Course(order, Set.of(), waiting, crashes, List.of(), NEVER);
    }

    @Override
    public String toString() {
        return "{order " + order + (failing.isEmpty() ? "" : ", failing " + failing)
                + (waiting.isEmpty() ? "" : ", waiting " + waiting)
                + (crashes.isEmpty() ? "" : ", crashes at " + crashes)
                + (meanwhile.isEmpty() ? "" : ", meanwhile " + meanwhile)
                + (stop == NEVER ? "" : ", left at " + stop) + "}";
    }
}
