package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.execution.ResultEdit;
import dev.reflow.execution.TaskExecution;
import dev.reflow.execution.TaskReport;
import dev.reflow.execution.WebhookData;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes durable what a client wants of an execution. Each call is one transaction. */
public interface CommandStore {

    /** @param triggeredExecutor the input task's executor, for flows with several input tasks */
    record StartRequest(
            FlowExecutionId execution,
            FlowId flow,
            int version,
            JsonNode input,
            TaskName inputTask,
            @Nullable String triggeredExecutor) {}

    /**
     * Answers the fence when the first generation was given to {@code owner}; empty also when it has to queue. Fails with
     * {@code not_found} when the flow was deleted meanwhile.
     */
    Uni<Optional<Fence>> start(Caller caller, StartRequest request, Optional<NodeId> owner);

    /**
     * @param idempotencyKey the client's, or a random one
     * @param ifMatch the plan's tag that must still be right; null for any
     */
    record ReExecutionRequest(
            FlowExecutionId execution,
            Mode mode,
            String idempotencyKey,
            @Nullable String ifMatch) {}

    /** What became of a request for a re-execution. */
    enum ReExecutionOutcome {
        NOT_FOUND,
        FORBIDDEN,
        /** The same request was accepted before. */
        REPLAYED,
        /** The key belongs to a request with the other mode. */
        OTHER_MODE,
        PRECONDITION_FAILED,
        CONFLICT,
        ACCEPTED
    }

    /**
     * @param generation that was added, now or by the replayed request; 0 for the other outcomes
     * @param fence present when the generation was given to the asked owner
     * @param runningTasks that must not be interrupted; for a conflict
     * @param interrupted whether another owner worked on what was replaced
     */
    record ReExecution(
            ReExecutionOutcome outcome,
            int generation,
            Optional<Fence> fence,
            List<String> runningTasks,
            boolean interrupted) {

        /**
         * Does nothing when the request was accepted, now or before.
         *
         * @throws ReflowException that says why it was refused
         */
        public void requireAccepted() {
            switch (outcome) {
                case ACCEPTED, REPLAYED -> {}
                case NOT_FOUND -> throw ReflowException.notFound("Flow execution");
                case FORBIDDEN -> throw new ReflowException(ErrorCode.FORBIDDEN, "The flow is private");
                case OTHER_MODE ->
                    throw ReflowException.of(
                            ErrorCode.VALIDATION_ERROR,
                            "The request is not valid",
                            List.of(new Fault(
                                    List.of("header", "Idempotency-Key"),
                                    "idempotency_key_reused",
                                    "This key was used for a re-execution in the other mode")));
                case PRECONDITION_FAILED ->
                    throw new ReflowException(
                            ErrorCode.PRECONDITION_FAILED, "The execution has changed since the plan was made");
                case CONFLICT ->
                    throw ReflowException.conflict("A task is running that must not be interrupted", runningTasks);
            }
        }
    }

    Uni<ReExecution> reExecute(Caller caller, ReExecutionRequest request, Optional<NodeId> owner);

    enum CancelOutcome {
        NOT_FOUND,
        FORBIDDEN,
        /** There is nothing to cancel. */
        FINISHED,
        ACCEPTED
    }

    /** @param generation whose end was asked for; 0 when none was */
    record Cancellation(CancelOutcome outcome, int generation) {}

    Uni<Cancellation> cancel(Caller caller, FlowExecutionId execution);

    /** Decides on a change of one attempt while nobody else can change its execution. */
    @FunctionalInterface
    interface EditDecision {
        ResultEdit.Decision decide(ExecutionFacts facts, TaskExecution before);
    }

    /**
     * Changes one attempt; with {@code reExecution} also re-executes its execution, in the same transaction. Fails, and
     * changes nothing, when the decision or the re-execution is refused.
     *
     * @return empty when there is no such attempt
     */
    Uni<Optional<Edited>> edit(
            Caller caller,
            UUID taskExecution,
            EditDecision decision,
            Optional<ReExecutionRequest> reExecution,
            Optional<NodeId> owner);

    /**
     * @param changed whether the attempt was not as it should be already
     * @param reExecution present when one was asked for
     */
    record Edited(boolean changed, Optional<ReExecution> reExecution) {}

    /** Decides on data for a task while nobody else can change its execution. */
    @FunctionalInterface
    interface ReceiptDecision {
        /** @return the delivery that the data is a duplicate of */
        Optional<UUID> decide(WebhookData.Facts facts);
    }

    /**
     * Keeps data for a task and wakes its execution. Fails, and changes nothing, when the decision refuses it.
     *
     * @return empty when there is no such execution
     */
    Uni<Optional<WebhookData.Receipt>> receive(
            Caller caller, FlowExecutionId execution, WebhookData data, ReceiptDecision decision);

    /** Decides on a worker's report while nobody else can change its execution. */
    @FunctionalInterface
    interface ReportDecision {
        TaskReport.Decision decide(TaskReport.Facts facts);
    }

    /**
     * Begins or changes an attempt and wakes its execution. Fails, and changes nothing, when the decision refuses it.
     *
     * @return empty when there is no such execution
     */
    Uni<Optional<Reported>> report(
            Caller caller, FlowExecutionId execution, TaskReport report, ReportDecision decision);

    /** @param changed whether something was written */
    record Reported(UUID taskExecution, boolean changed) {}
}
