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
        boolean stale = isCurrent(attempt, facts.history()) && staleOnlyPlan.wouldRun(attempt.task());
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
        boolean repeated = facts.history()
                .newest(attempt.task())
                .filter(newest -> newest.idx() > attempt.idx() && newest.generation() == attempt.generation())
                .isPresent();
        if (repeated) {
            return Optional.of("lost: the process that ran it is gone");
        }
        return attempt.generation() < facts.execution().generation() ? Optional.of("superseded") : Optional.empty();
    }

    private static boolean isCurrent(Attempt attempt, History history) {
        TaskName task = attempt.task();
        return history.current(task)
                .filter(current -> current.idx() == attempt.idx())
                .isPresent();
    }
}
