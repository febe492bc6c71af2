package dev.reflow.usecase;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskReport;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Writes down what a worker says of an attempt; the execution goes on once the task is settled by it. */
@ApplicationScoped
public class ReportTaskExecution {
    private final ExecutionAccess access;
    private final CommandStore commands;
    private final OutputCheck outputs;
    private final WorkflowEngine engine;

    ReportTaskExecution(ExecutionAccess access, CommandStore commands, OutputCheck outputs, WorkflowEngine engine) {
        this.access = access;
        this.commands = commands;
        this.outputs = outputs;
        this.engine = engine;
    }

    public Uni<ExecutionStore.TaskExecutionInContext> report(
            Caller caller, FlowExecutionId execution, TaskReport report) {
        return access.requireExecution(caller, execution)
                .flatMap(found -> commands.report(caller, execution, report, facts -> decide(report, facts))
                        .onFailure(LostAnswer::isPossible)
                        .invoke(() -> engine.tell(new Command.Offer(execution))))
                .map(reported -> reported.orElseThrow(() -> ReflowException.notFound("Flow execution")))
                .invoke(reported -> {
                    if (reported.changed()) {
                        engine.tell(new Command.Signal(execution));
                    }
                })
                .flatMap(reported -> access.requireTaskExecution(caller, reported.taskExecution()));
    }

    private TaskReport.Decision decide(TaskReport report, TaskReport.Facts facts) {
        TaskReport.Decision decision = report.decide(facts);
        JsonNode output = decision.report().output();
        if (decision.changed() && output != null) {
            outputs.requireShort(output);
            if (report.status() == ProcessingStatus.COMPLETED) {
                outputs.requireFitting(facts.definition(), report.task(), output);
            }
        }
        return decision;
    }
}
