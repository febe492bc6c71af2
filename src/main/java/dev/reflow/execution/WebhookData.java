package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.task.SignalReceiver;
import dev.reflow.task.TaskExecutors;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What somebody sends to a task that waits for it, or will. */
public record WebhookData(TaskName task, JsonNode data) {

    /**
     * What is known when it comes, at or above the floor.
     *
     * @param definition of the version that the execution runs
     * @param active whether the newest generation has not ended
     * @param settled whether the task has a result, or has failed in the newest generation, and does not wait anew
     * @param first the delivery that brought the same data before
     */
    public record Facts(Definition definition, boolean active, boolean settled, Optional<UUID> first) {}

    /**
     * What became of it.
     *
     * @param id of the delivery, or of the first one with the same data
     */
    public record Receipt(UUID id, boolean duplicate) {}

    /** Equal for equal JSON. */
    public byte[] digest() {
        return FingerprintF1.digest(data);
    }

    /**
     * Decides under the execution's lock.
     *
     * @return the delivery that brought the same data before; empty when this one is to be kept
     * @throws ReflowException when the task does not wait for this data, or not any more
     */
    public Optional<UUID> decide(TaskExecutors executors, Facts facts) {
        requireFitting(executors, facts.definition());
        if (facts.first().isPresent()) {
            return facts.first();
        }
        if (!facts.active()) {
            throw ReflowException.conflict("The execution has ended; nothing would take the data");
        }
        if (facts.settled()) {
            throw ReflowException.conflict("The task has ended; nothing would take the data", List.of(task.value()));
        }
        return Optional.empty();
    }

    private void requireFitting(TaskExecutors executors, Definition definition) {
        FlowTask receiving = definition.find(task).orElseThrow(() -> ReflowException.notFound("Task"));
        List<Fault> faults = executors
                .find(receiving.executor())
                .filter(SignalReceiver.class::isInstance)
                .map(SignalReceiver.class::cast)
                .orElseThrow(() -> new ReflowException(
                        ErrorCode.BAD_REQUEST, "The task '" + task + "' does not wait for a webhook"))
                .checkSignal(receiving.parameters(), data);
        if (!faults.isEmpty()) {
            throw ReflowException.of(
                    ErrorCode.VALIDATION_ERROR,
                    "The data does not fit what the task waits for",
                    faults.stream()
                            .map(fault -> fault.within("data").within("body"))
                            .toList());
        }
    }
}
