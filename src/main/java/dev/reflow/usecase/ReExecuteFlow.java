package dev.reflow.usecase;

import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Restarts an execution under its id, on the latest version of its flow. */
@ApplicationScoped
public class ReExecuteFlow {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /** So often a request waits for whoever has its execution locked: longer than a frozen process can, a little each time. */
    private static final int RETRIES = 7;

    private final CommandStore commands;
    private final WorkflowEngine engine;

    ReExecuteFlow(CommandStore commands, WorkflowEngine engine) {
        this.commands = commands;
        this.engine = engine;
    }

    /** @param replayed whether the request had been accepted before and nothing was started now */
    public record Accepted(int generation, boolean replayed) {}

    /**
     * Answers once the restart is durable; the work goes on by itself.
     *
     * @param idempotencyKey the client's; null for none
     * @param ifMatch the tag that the plan must still have; null for any
     */
    public Uni<Accepted> reExecute(
            Caller caller,
            FlowExecutionId execution,
            boolean onlyStale,
            @Nullable String idempotencyKey,
            @Nullable String ifMatch) {
        CommandStore.ReExecutionRequest request = request(execution, onlyStale, idempotencyKey, ifMatch);
        return Uni.createFrom()
                .deferred(() -> commands.reExecute(caller, request, engine.claimant()))
                .onFailure(LostAnswer::isPossible)
                .retry() // then this is a replay; with a pause, in which the pool forgets a connection that broke
                .withBackOff(PAUSE, LONGEST_PAUSE)
                .atMost(RETRIES)
                .onFailure(LostAnswer::isPossible)
                .invoke(() -> engine.tell(new Command.Offer(execution)))
                .map(answer -> new Accepted(accepted(answer, execution), isReplay(answer) && idempotencyKey != null));
    }

    static CommandStore.ReExecutionRequest request(
            FlowExecutionId execution, boolean onlyStale, @Nullable String idempotencyKey, @Nullable String ifMatch) {
        return new CommandStore.ReExecutionRequest(
                execution,
                Mode.reExecution(onlyStale),
                idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey,
                ifMatch);
    }

    /** Tells the engine of what was accepted; fails when it was not. */
    int accepted(CommandStore.ReExecution answer, FlowExecutionId execution) {
        answer.requireAccepted();
        answer.fence().ifPresent(fence -> engine.tell(new Command.Restart(fence)));
        if (answer.fence().isEmpty() || answer.interrupted()) {
            engine.tell(new Command.Offer(execution));
        }
        return answer.generation();
    }

    private static boolean isReplay(CommandStore.ReExecution answer) {
        return answer.outcome() == CommandStore.ReExecutionOutcome.REPLAYED;
    }
}
