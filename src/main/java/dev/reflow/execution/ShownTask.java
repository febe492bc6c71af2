package dev.reflow.execution;

import dev.reflow.flow.TaskName;
import java.util.Optional;

/** What a client is shown of an attempt that is not written anywhere: it follows from the rest of the execution. */
public record ShownTask(ProcessingStatus status, StaleStatus stale, Optional<String> reason) {

    /**
     * @param attempt of the execution
     * @param staleOnlyPlan see {@link ExecutionFacts#staleOnlyPlan}
     */
    public static ShownTask of(Attempt attempt, ExecutionFacts facts, Plan staleOnlyPlan) {
        Optional<String> reason = whyOver(attempt, facts);
        boolean stale = isCurrent(attempt, facts.history()) && isToBeRun(staleOnlyPlan.action(attempt.task()));
        return new ShownTask(
                reason.isPresent() ? ProcessingStatus.CANCELLED : attempt.status(),
                stale ? StaleStatus.STALE : StaleStatus.CONSISTENT,
                reason);
    }

    /** Why nothing more comes of an attempt that nobody has ended. */
    private static Optional<String> whyOver(Attempt attempt, ExecutionFacts facts) {
        if (attempt.status().isFinal()) {
            return Optional.empty();
        }
        if (attempt.generation() < facts.execution().generation()) {
            return Optional.of("superseded");
        }
        if (!facts.execution().active()) {
            return Optional.of("cancelled");
        }
        boolean repeated = facts.history()
                .newest(attempt.task())
                .filter(newest -> newest.idx() > attempt.idx())
                .isPresent();
        return repeated ? Optional.of("lost: the process that ran it is gone") : Optional.empty();
    }

    private static boolean isCurrent(Attempt attempt, History history) {
        TaskName task = attempt.task();
        return history.current(task)
                .filter(current -> current.idx() == attempt.idx())
                .isPresent();
    }

    private static boolean isToBeRun(Action action) {
        return action == Action.RUN || action == Action.RUN_IF_CHANGED;
    }
}
