package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.JsonEquality;
import dev.reflow.task.TaskExecutors;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person asked for by sending an attempt back: another output, another stale status, or nothing new.
 *
 * @param output the attempt's output as sent; null when none was, which asks for no other
 * @param seenUpdatedAt when the attempt was last changed before the person saw it; null when that was not sent
 * @param executeFlow whether the execution is to be re-executed for what is stale, in the same transaction
 */
public record ResultEdit(
        @Nullable JsonNode output,
        StaleStatus staleStatus,
        @Nullable Instant seenUpdatedAt,
        boolean executeFlow) {

    /**
     * What is to be written.
     *
     * @param attempt the attempt as it is then; the same as before when nothing was asked for
     * @param output the attempt's output then
     * @param changed whether there is anything to write
     * @param status of the execution then
     */
    public record Decision(Attempt attempt, JsonNode output, boolean changed, ExecutionStatus status) {}

    /**
     * Decides on the request under the execution's lock.
     *
     * @throws ReflowException {@code conflict} when somebody else was faster, or when the attempt's result is not the
     *     one that counts, or not yet
     */
    public Decision decide(TaskExecutors executors, ExecutionFacts facts, TaskExecution before) {
        Attempt attempt = before.attempt();
        ExecutionStatus status = facts.execution().status();
        if (seenUpdatedAt != null && seenUpdatedAt.isBefore(before.updatedAt())) {
            throw ReflowException.conflict("The task execution was changed since it was read; read it again");
        }
        StaleStatus shown =
                ShownTask.of(attempt, facts, facts.staleOnlyPlan(executors)).stale();
        JsonNode outputBefore = before.output() == null ? NullNode.instance : before.output();
        JsonNode outputAfter = output == null ? outputBefore : output;
        boolean edits = !JsonEquality.same(outputAfter, outputBefore);
        boolean marks = shown == StaleStatus.CONSISTENT && staleStatus == StaleStatus.STALE && !attempt.markedStale();
        boolean unmarks = attempt.markedStale() && staleStatus == StaleStatus.CONSISTENT;
        if (!edits && !marks && !unmarks) {
            return new Decision(attempt, outputAfter, false, status);
        }
        requireChangeable(executors, facts, attempt, edits);
        Attempt after = changed(attempt, edits, marks, facts.execution().generation());
        if (facts.execution().active()) {
            return new Decision(after, outputAfter, true, status); // its generation says at its end what it did not use
        }
        facts.history().add(after);
        return new Decision(after, outputAfter, true, facts.statusAtRest(executors));
    }

    private void requireChangeable(TaskExecutors executors, ExecutionFacts facts, Attempt attempt, boolean edits) {
        boolean newest = facts.history()
                .newest(attempt.task())
                .filter(each -> each.idx() == attempt.idx())
                .isPresent();
        if (!newest) {
            throw ReflowException.conflict("A later attempt of the task counts, this one is history");
        }
        if (!edits && !attempt.isCompleted()) {
            throw ReflowException.conflict("The task has no result that could become stale");
        }
        if (!executeFlow && facts.unsettledTasks(executors).contains(attempt.task())) {
            throw ReflowException.conflict(
                    "The running execution has yet to settle this task; wait for it, cancel it, or send execute_flow=true",
                    List.of(attempt.task().value()));
        }
    }

    /** An edit makes a result of whatever the attempt was, and answers a mark that was there before. */
    private static Attempt changed(Attempt attempt, boolean edits, boolean marks, int generation) {
        return new Attempt(
                attempt.id(),
                attempt.task(),
                attempt.idx(),
                attempt.generation(),
                attempt.flowVersion(),
                edits ? ProcessingStatus.COMPLETED : attempt.status(),
                edits ? EditedStatus.EDITED_NOT_REEXECUTED : attempt.edited(),
                marks,
                edits ? attempt.editRevision() + 1 : attempt.editRevision(),
                edits ? generation : attempt.editedIn(),
                attempt.consumed(),
                attempt.fingerprint(),
                attempt.cutOffIn(),
                null,
                attempt.startedAt());
    }
}
