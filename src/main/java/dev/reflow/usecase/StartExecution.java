package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecution;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.flow.FlowAtVersion;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.FlowTask;
import dev.reflow.organization.Caller;
import dev.reflow.task.TaskExecutors;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Runs the latest version of a flow for an input, as a new execution. */
@ApplicationScoped
public class StartExecution {
    private final FlowAccess access;
    private final TaskExecutors executors;
    private final DefinitionCheck check;
    private final CommandStore commands;
    private final ExecutionStore executions;
    private final WorkflowEngine engine;

    StartExecution(
            FlowAccess access,
            TaskExecutors executors,
            DefinitionCheck check,
            CommandStore commands,
            ExecutionStore executions,
            WorkflowEngine engine) {
        this.access = access;
        this.executors = executors;
        this.check = check;
        this.commands = commands;
        this.executions = executions;
        this.engine = engine;
    }

    /** @param inputTaskName which input task to start through; null when there is only one */
    public Uni<FlowExecution> start(Caller caller, FlowId flowId, JsonNode input, @Nullable String inputTaskName) {
        return access.requireFlow(caller, flowId).flatMap(flow -> {
            CommandStore.StartRequest request = request(flow, input, inputTaskName);
            return commands.start(caller, request, engine.claimant())
                    .onFailure(LostAnswer::isPossible)
                    .invoke(() -> engine.tell(new Command.Offer(request.execution())))
                    .invoke(fence -> engine.tell(fence.<Command>map(Command.Start::new)
                            .orElseGet(() -> new Command.Offer(request.execution()))))
                    .flatMap(fence -> executions.find(caller.organization(), request.execution()))
                    .map(Optional::orElseThrow);
        });
    }

    private CommandStore.StartRequest request(FlowAtVersion flow, JsonNode input, @Nullable String inputTaskName) {
        check.requireRunnable(flow.version().definition());
        List<FlowTask> inputTasks = executors.inputTasks(flow.version().definition());
        FlowTask task = requireInputTask(inputTasks, inputTaskName);
        List<Fault> faults = executors.find(task.executor()).orElseThrow().checkFlowInput(task.parameters(), input);
        if (!faults.isEmpty()) {
            throw ReflowException.of(
                    ErrorCode.BAD_REQUEST, "The input does not fit the input task '" + task.name() + "'", faults);
        }
        return new CommandStore.StartRequest(
                new FlowExecutionId(UUID.randomUUID()),
                flow.flow().id(),
                flow.version().version(),
                input,
                task.name(),
                inputTasks.size() > 1 ? task.executor() : null);
    }

    private static FlowTask requireInputTask(List<FlowTask> inputTasks, @Nullable String name) {
        if (inputTasks.isEmpty()) {
            throw new ReflowException(ErrorCode.BAD_REQUEST, "The flow has no input task, nothing can start it");
        }
        List<String> names =
                inputTasks.stream().map(task -> task.name().value()).toList();
        if (name == null) {
            if (inputTasks.size() > 1) {
                throw new ReflowException(
                        ErrorCode.BAD_REQUEST, "The flow has several input tasks; input_task_name is one of " + names);
            }
            return inputTasks.get(0);
        }
        int index = names.indexOf(name);
        if (index < 0) {
            throw new ReflowException(
                    ErrorCode.BAD_REQUEST, "The flow has no input task '" + name + "'; its input tasks are " + names);
        }
        return inputTasks.get(index);
    }
}
