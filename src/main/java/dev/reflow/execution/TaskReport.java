package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.JsonEquality;
import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of an attempt that it makes. Of what is null nothing is said: it stays as it was.
 *
 * @param idx of the attempt; one that there is not yet is begun
 * @param error an object with a message
 */
public record TaskReport(
        TaskName task,
        int idx,
        ProcessingStatus status,
        @Nullable JsonNode input,
        @Nullable JsonNode output,
        @Nullable JsonNode error,
        @Nullable JsonNode sourceTaskExecutions,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt) {

    /**
     * What is known when it comes.
     *
     * @param definition of the version that the execution runs
     * @param generation the newest one
     * @param active whether that has not ended
     * @param planned what it does with the task; empty when that is not decided yet
     * @param history of the task and of its dependencies
     * @param before the attempt so far
     */
    public record Facts(
            Definition definition,
            int generation,
            boolean active,
            Optional<Action> planned,
            History history,
            Optional<TaskExecution> before) {}

    /**
     * What is to be written.
     *
     * @param report what is said of the attempt by now, this time and before
     * @param consumed what the attempt is made from
     * @param changed whether there is anything to write
     */
    public record Decision(TaskReport report, Map<TaskName, Consumed> consumed, boolean changed) {}

    /**
     * Decides under the execution's lock.
     *
     * @throws ReflowException {@code bad_request} for a task that the version does not have, {@code conflict} when
     *     nothing can be said of the attempt any more
     */
    public Decision decide(Facts facts) {
        FlowTask reported = facts.definition()
                .find(task)
                .orElseThrow(() -> new ReflowException(
                        ErrorCode.BAD_REQUEST, "The version that the execution runs has no task '" + task + "'"));
        Optional<Attempt> attempt = facts.before().map(TaskExecution::attempt);
        if (!facts.active()
                || attempt.filter(each -> each.generation() < facts.generation())
                        .isPresent()) {
            throw conflict("The generation that the attempt belongs to has ended");
        }
        TaskReport after = facts.before().map(this::after).orElse(this).settled();
        if (attempt.filter(each -> each.status().isFinal()).isPresent()) {
            if (!after.saysTheSameAs(facts.before().get())) {
                throw conflict("The attempt has ended; its report can only be repeated as it was");
            }
            return new Decision(after, attempt.get().consumed(), false);
        }
        requireUnsettled(facts);
        return new Decision(after, consumed(facts, reported), true);
    }

    private void requireUnsettled(Facts facts) {
        Optional<Attempt> current = facts.history().current(task);
        if (current.filter(result -> result.generation() == facts.generation()).isPresent()) {
            throw conflict("Another attempt of the task has completed in this generation");
        }
        if (current.filter(result -> result.cutOffIn() == facts.generation()).isPresent()
                || facts.planned().filter(Action.REUSE::equals).isPresent()) {
            throw conflict("This generation keeps the result that the task has");
        }
        if (facts.planned().filter(Action.DROP::equals).isPresent()) {
            throw conflict("The task is not part of this generation");
        }
        if (idx + 1 < facts.history().nextIdx(task)) {
            throw conflict("A later attempt of the task has been begun");
        }
    }

    /** The current results; but those that there were when the attempt began to run, as they were then. */
    private static Map<TaskName, Consumed> consumed(Facts facts, FlowTask task) {
        Map<TaskName, Consumed> consumed = new TreeMap<>();
        facts.definition()
                .dependencies(task)
                .forEach(dependency -> facts.history()
                        .current(dependency.name())
                        .ifPresent(result -> consumed.put(dependency.name(), result.asConsumed())));
        facts.before()
                .map(TaskExecution::attempt)
                .filter(attempt -> attempt.status() == ProcessingStatus.RUNNING)
                .ifPresent(running -> consumed.putAll(running.consumed()));
        return consumed;
    }

    private TaskReport after(TaskExecution before) {
        return new TaskReport(
                task,
                idx,
                status,
                input == null ? before.input() : input,
                output == null ? before.output() : output,
                error == null ? before.error() : error,
                sourceTaskExecutions == null ? before.sourceTaskExecutions() : sourceTaskExecutions,
                startedAt == null ? before.attempt().startedAt() : startedAt,
                completedAt == null ? before.completedAt() : completedAt);
    }

    /** A completed attempt has an output, be it nothing, and no error. */
    private TaskReport settled() {
        return status != ProcessingStatus.COMPLETED
                ? this
                : new TaskReport(
                        task,
                        idx,
                        status,
                        input,
                        output == null ? NullNode.instance : output,
                        null,
                        sourceTaskExecutions,
                        startedAt,
                        completedAt);
    }

    private boolean saysTheSameAs(TaskExecution before) {
        return status == before.attempt().status()
                && JsonEquality.same(input, before.input())
                && JsonEquality.same(output, before.output())
                && JsonEquality.same(error, before.error())
                && JsonEquality.same(sourceTaskExecutions, before.sourceTaskExecutions())
                && Objects.equals(startedAt, before.attempt().startedAt())
                && Objects.equals(completedAt, before.completedAt());
    }

    private ReflowException conflict(String message) {
        return ReflowException.conflict(message, List.of(task.value()));
    }
}
