package dev.reflow.execution;

import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads executions and their tasks. Deleted executions are not there. */
public interface ExecutionStore {
    Uni<Optional<FlowExecution>> find(OrganizationId organization, FlowExecutionId id);

    /** Of the version that the execution runs. */
    Uni<Definition> definition(FlowExecution execution);

    Uni<Listed> list(OrganizationId organization, FlowId flow, ExecutionQuery query);

    /** @param total how many executions the query has on all pages */
    record Listed(List<FlowExecution> executions, long total) {}

    /** The flow of an execution, even of a deleted one. */
    Uni<Optional<FlowId>> findFlow(OrganizationId organization, FlowExecutionId id);

    /**
     * Hides the execution from every reader; what runs goes on, what waits for room or data is cancelled. One that is
     * deleted stays so.
     */
    Uni<Void> delete(Caller caller, FlowExecutionId id);

    /**
     * Hides executions that have ended longer ago than their flow keeps them.
     *
     * @param limit how many to hide at most
     * @return how many were hidden
     */
    Uni<Integer> deleteExpired(int limit);

    /**
     * Moves the status that clients see, and nothing else.
     *
     * @return empty when there is no such execution
     */
    Uni<Optional<FlowExecution>> label(Caller caller, FlowExecutionId id, ExecutionStatus status);

    /** What the decisions follow from. */
    Uni<Optional<ExecutionFacts>> findFacts(OrganizationId organization, FlowExecutionId id);

    /**
     * Removes the attempts of generations that a full re-execution has discarded longer ago. The generations stay.
     *
     * @param limit how many generations to purge at most
     * @return how many were purged
     */
    Uni<Integer> purgeSuperseded(Duration olderThan, int limit);

    /**
     * Counts what is active, of all organizations.
     *
     * @param deadAfter after what silence a process counts as gone
     */
    Uni<List<Backlog>> backlog(Duration deadAfter);

    /** An execution that is to follow its flow to a new version. */
    record Outdated(OrganizationId organization, FlowExecutionId execution, int version, String publishedBy) {}

    /** Finished, not cancelled executions of flows whose executions follow new versions. */
    Uni<List<Outdated>> findOutdated(int limit);

    /** Newest first. */
    Uni<List<Generation>> generations(OrganizationId organization, FlowExecutionId id);

    /**
     * The attempts that count, newest first, with what their executions say of them. Asked for by its id an attempt is
     * there even if it is history, or of a private flow.
     */
    Uni<List<TaskExecutionInContext>> tasks(Caller caller, TaskQuery query);

    /** @param facts of the attempt's execution; shared by all attempts of one */
    record TaskExecutionInContext(TaskExecution task, ExecutionFacts facts) {}

    /**
     * Every part that is not null narrows the answer.
     *
     * @param generation shows the attempts of that generation instead of those that count
     */
    record TaskQuery(
            @Nullable FlowExecutionId execution,
            @Nullable TaskName task,
            @Nullable Integer idx,
            @Nullable Integer generation,
            @Nullable UUID id) {}
}
