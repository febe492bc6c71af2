package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.execution.Plan;
import dev.reflow.organization.Caller;
import dev.reflow.task.TaskExecutors;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Says what a re-execution would do, without doing it. */
@ApplicationScoped
public class PlanReExecution {
    private final ExecutionAccess access;
    private final ExecutionStore executions;
    private final TaskExecutors executors;

    PlanReExecution(ExecutionAccess access, ExecutionStore executions, TaskExecutors executors) {
        this.access = access;
        this.executions = executions;
        this.executors = executors;
    }

    /** @param tag what {@code If-Match} has to be for the re-execution to be this one */
    public record Planned(ExecutionFacts facts, Plan plan, String tag) {}

    public Uni<Planned> plan(Caller caller, FlowExecutionId id, boolean onlyStale) {
        Mode mode = Mode.reExecution(onlyStale);
        return access.requireExecution(caller, id)
                .flatMap(execution -> executions.findFacts(caller.organization(), id))
                .map(found -> found.orElseThrow(() -> ReflowException.notFound("Flow execution")))
                .map(facts -> new Planned(facts, facts.reExecutionPlan(executors, mode), facts.reExecutionTag(mode)));
    }
}
