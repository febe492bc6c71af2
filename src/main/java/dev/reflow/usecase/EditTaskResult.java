package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ResultEdit;
import dev.reflow.execution.TaskExecution;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.organization.Caller;
import dev.reflow.task.JsonSchemas;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutors;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Replaces a result by hand, or marks it as stale; on request re-executes at once what depends on it. */
@ApplicationScoped
public class EditTaskResult {
    private final ExecutionAccess access;
    private final CommandStore commands;
    private final TaskExecutors executors;
    private final WorkflowEngine engine;
    private final ReExecuteFlow reExecuteFlow;

    EditTaskResult(
            ExecutionAccess access,
            CommandStore commands,
            TaskExecutors executors,
            WorkflowEngine engine,
            ReExecuteFlow reExecuteFlow) {
        this.access = access;
        this.commands = commands;
        this.executors = executors;
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
                        engine.claimant()))
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
        JsonNode output = decision.output();
        if (decision.changed()) {
            List<Fault> faults = outputFaults(facts, before, output);
            if (!faults.isEmpty()) {
                throw ReflowException.of(ErrorCode.BAD_REQUEST, "The output does not fit the task's executor", faults);
            }
        }
        return decision;
    }

    private List<Fault> outputFaults(ExecutionFacts facts, TaskExecution task, JsonNode output) {
        Definition definition = facts.versions().get(facts.execution().flowVersion());
        return Optional.ofNullable(definition)
                .flatMap(known -> known.find(task.attempt().task()))
                .map(FlowTask::executor)
                .flatMap(executors::find)
                .map(TaskExecutor::description)
                .map(description -> description.outputSchema())
                .map(schema -> JsonSchemas.check(schema, output))
                .orElse(List.of());
    }

    private void tell(CommandStore.Edited edited, FlowExecutionId execution) {
        edited.reExecution()
                .ifPresentOrElse(
                        answer -> reExecuteFlow.accepted(answer, execution),
                        () -> engine.tell(new Command.Signal(execution)));
    }
}
