package dev.reflow.execution;

import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.task.TaskExecutors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a generation runs. The one place where this is decided: for the plan that a client is shown, for both
 * modes of a re-execution, for the engine, and for whether a result is shown as stale.
 */
public final class Planner {
    private final TaskExecutors executors;
    private final Definition target;
    private final Map<Integer, Definition> versions;
    private final int fromVersion;
    private final History history;
    private final TaskPlan[] plans;
    private final @Nullable TaskName triggered;

    private Planner(TaskExecutors executors, Facts facts) {
        this.executors = executors;
        this.target = facts.target();
        this.versions = facts.versions();
        this.fromVersion = facts.fromVersion();
        this.history = facts.history();
        this.triggered = facts.triggered();
        this.plans = new TaskPlan[target.tasks().size()];
    }

    /**
     * What a plan follows from.
     *
     * @param target the version that is to run
     * @param fromVersion the version that the execution has run so far
     * @param versions the definitions of {@code fromVersion} and of every version with a current result
     * @param triggered the input task that the execution was started through; null when it has only one
     */
    public record Facts(
            Definition target,
            int fromVersion,
            Map<Integer, Definition> versions,
            History history,
            @Nullable TaskName triggered) {

        /** @param inputTask that the execution was started through, whether or not there are others */
        public static Facts of(
                TaskExecutors executors,
                Definition target,
                int fromVersion,
                Map<Integer, Definition> versions,
                History history,
                TaskName inputTask) {
            boolean several = executors.inputTasks(target).size() > 1;
            return new Facts(target, fromVersion, versions, history, several ? inputTask : null);
        }
    }

    public static Plan plan(TaskExecutors executors, Mode mode, Facts facts) {
        return new Planner(executors, facts).plan(mode);
    }

    private Plan plan(Mode mode) {
        for (int position : target.graph().order()) {
            FlowTask task = target.tasks().get(position);
            plans[position] = !isTriggered(task)
                    ? new TaskPlan(task.name(), Action.DROP, Reason.of(Reason.Code.NOT_TRIGGERED))
                    : mode == Mode.STALE_ONLY
                            ? planStaleOnly(task)
                            : new TaskPlan(task.name(), Action.RUN, Reason.of(Reason.Code.FULL));
        }
        Stream<TaskPlan> removed = history.tasks().stream()
                .filter(name -> target.find(name).isEmpty())
                .sorted()
                .map(name -> new TaskPlan(name, Action.DROP, Reason.of(Reason.Code.REMOVED_IN_VERSION)));
        return new Plan(Stream.concat(Stream.of(plans), removed).toList());
    }

    private boolean isTriggered(FlowTask task) {
        boolean otherInput = triggered != null && !task.name().equals(triggered) && executors.isInputTask(task);
        return !otherInput
                && target.dependencies(task).stream()
                        .noneMatch(dependency -> plans[dependency.position()].action() == Action.DROP);
    }

    private TaskPlan planStaleOnly(FlowTask task) {
        Optional<Attempt> current = history.current(task.name());
        if (current.isPresent() && current.get().markedStale()) {
            return plan(task, Action.RUN, Reason.of(Reason.Code.MARKED_STALE));
        }
        if (current.isPresent() && current.get().isEdited()) {
            return plan(task, Action.REUSE, Reason.of(Reason.Code.EDITED));
        }
        Optional<Attempt> newest = history.newest(task.name());
        if (newest.isPresent() && !newest.get().isCompleted()) {
            return plan(task, Action.RUN, Reason.of(unfinished(newest.get().status())));
        }
        return current.map(result -> planFinished(task, result)).orElseGet(() -> planWithoutResult(task));
    }

    private TaskPlan planWithoutResult(FlowTask task) {
        Definition from = versions.get(fromVersion);
        boolean isNew = from != null && from.find(task.name()).isEmpty();
        return plan(task, Action.RUN, Reason.of(isNew ? Reason.Code.NEW_IN_VERSION : Reason.Code.NEVER_COMPLETED));
    }

    private TaskPlan planFinished(FlowTask task, Attempt result) {
        Definition madeBy = versions.get(result.flowVersion());
        Optional<FlowTask> asMade = madeBy == null ? Optional.empty() : madeBy.find(task.name());
        if (asMade.isEmpty()) {
            return plan(task, Action.RUN, Reason.of(Reason.Code.NEW_IN_VERSION));
        }
        List<String> differences = asMade.get().differences(task);
        if (!differences.isEmpty()) {
            return plan(task, Action.RUN, new Reason(Reason.Code.DEFINITION_CHANGED, differences));
        }
        List<String> running = names(target.dependencies(task).stream()
                .filter(dependency -> plans[dependency.position()].action() != Action.REUSE));
        if (!running.isEmpty() && isNeverReused(task)) {
            return plan(task, Action.RUN, new Reason(Reason.Code.NEVER_REUSED, running));
        }
        return planConsumer(task, result, running);
    }

    private TaskPlan planConsumer(FlowTask task, Attempt result, List<String> running) {
        List<String> changed = Stream.concat(reusedButNotConsumed(task, result), consumedBefore(task, result))
                .map(TaskName::value)
                .sorted()
                .toList();
        List<Reason> reasons = new ArrayList<>();
        if (!running.isEmpty()) {
            reasons.add(new Reason(Reason.Code.UPSTREAM_RUNS, running));
        }
        if (!changed.isEmpty()) {
            reasons.add(new Reason(Reason.Code.UPSTREAM_CHANGED, changed));
        }
        return reasons.isEmpty()
                ? plan(task, Action.REUSE, Reason.of(Reason.Code.UNCHANGED))
                : new TaskPlan(task.name(), Action.RUN_IF_CHANGED, reasons);
    }

    private Stream<TaskName> reusedButNotConsumed(FlowTask task, Attempt result) {
        return target.dependencies(task).stream()
                .filter(dependency -> plans[dependency.position()].action() == Action.REUSE)
                .map(FlowTask::name)
                .filter(dependency -> !history.current(dependency)
                        .map(Attempt::asConsumed)
                        .equals(Optional.ofNullable(result.consumed().get(dependency))));
    }

    /** No longer: of "a" and "a.b", a reference {@code {{a.b.c}}} means the second one where there is one. */
    private Stream<TaskName> consumedBefore(FlowTask task, Attempt result) {
        Set<TaskName> dependencies =
                target.dependencies(task).stream().map(FlowTask::name).collect(Collectors.toSet());
        return result.consumed().keySet().stream().filter(consumed -> !dependencies.contains(consumed));
    }

    private boolean isNeverReused(FlowTask task) {
        return task.neverReused()
                || executors
                        .find(task.executor())
                        .map(executor -> executor.description().neverReused())
                        .orElse(false);
    }

    private static Reason.Code unfinished(ProcessingStatus status) {
        return switch (status) {
            case FAILED -> Reason.Code.FAILED;
            case CANCELLED, CANCEL_REQUESTED -> Reason.Code.CANCELLED;
            default -> Reason.Code.NEVER_COMPLETED;
        };
    }

    private static TaskPlan plan(FlowTask task, Action action, Reason reason) {
        return new TaskPlan(task.name(), action, reason);
    }

    private static List<String> names(Stream<FlowTask> tasks) {
        return tasks.map(task -> task.name().value()).sorted().toList();
    }
}
