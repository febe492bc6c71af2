package dev.reflow.usecase;

import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ResultEdit;
import dev.reflow.execution.TaskExecution;
import dev.reflow.flow.Definition;
import dev.reflow.organization.Caller;
import dev.reflow.task.TaskExecutors;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;

/** Replaces a result by hand, or marks it as stale; on request re-executes at once what depends on it. */
@ApplicationScoped
public class EditTaskResult {
    private final ExecutionAccess access;
    private final CommandStore commands;
    private final TaskExecutors executors;
    private final OutputCheck outputs;
    private final WorkflowEngine engine;
    private final ReExecuteFlow reExecuteFlow;

    EditTaskResult(
            ExecutionAccess access,
            CommandStore commands,
            TaskExecutors executors,
            OutputCheck outputs,
            WorkflowEngine engine,
            ReExecuteFlow reExecuteFlow) {
        this.access = access;
        this.commands = commands;
        this.executors = executors;
        this.outputs = outputs;
        this.engine = engine;
        this.reExecuteFlow = reExecuteFlow;
    }

    public Uni<ExecutionStore.TaskExecutionInContext> edit(
            Caller caller, UUID taskExecution, FlowExecutionId execution, ResultEdit edit) {
        Optional<CommandStore.ReExecutionRequest> reExecution =
                edit.executeFlow() ? Optional.of(ReExecuteFlow.request(execution, true, null, null)) : Optional.empty();
        return access.requireTaskExecution(caller, taskExecution)
                .invoke(found -> requireSame(execution, found.task()))
                .flatMap(found -> commands.edit(
                                caller,
                                taskExecution,
                                (facts, before) -> decide(edit, facts, before),
                                reExecution,
                                engine.claimant())
                        .onFailure(LostAnswer::isPossible)
                        .invoke(() -> engine.tell(new Command.Offer(execution))))
                .map(edited -> edited.orElseThrow(() -> ReflowException.notFound("Task execution")))
                .invoke(edited -> tell(edited, execution))
                .flatMap(edited -> access.requireTaskExecution(caller, taskExecution));
    }

    private static void requireSame(FlowExecutionId execution, TaskExecution found) {
        if (!found.flowExecution().equals(execution)) {
            throw ReflowException.notFound("Task execution");
        }
    }

    private ResultEdit.Decision decide(ResultEdit edit, ExecutionFacts facts, TaskExecution before) {
        ResultEdit.Decision decision = edit.decide(executors, facts, before);
        Definition definition = facts.versions().get(facts.execution().flowVersion());
        if (decision.changed() && definition != null) {
            outputs.requireShort(decision.output());
            outputs.requireFitting(definition, before.attempt().task(), decision.output());
        }
        return decision;
    }

    private void tell(CommandStore.Edited edited, FlowExecutionId execution) {
        edited.reExecution()
                .ifPresentOrElse(
                        answer -> reExecuteFlow.accepted(answer, execution),
                        () -> engine.tell(new Command.Signal(execution)));
    }
}
