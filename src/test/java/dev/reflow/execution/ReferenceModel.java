package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What should come of an execution, worked out a second time without the planner, the run and the fingerprint: it keeps
 * every value that went into a result and compares those, and finds everything by plain recursion over a version. It
 * is told what happened to the world outside (which attempt ended how, what a person did) and asked what had to follow.
 */
final class ReferenceModel {
    private final List<FlowSpec> versions = new ArrayList<>();
    private final List<Made> attempts = new ArrayList<>();
    private final Map<String, Made> view = new HashMap<>();
    private Map<String, Action> plan = Map.of();
    private Mode mode = Mode.FIRST;
    private int generation;
    private int floor;
    private int version;
    private boolean active;
    private boolean cancelled;

    /** An attempt, with everything that went into it. */
    private static final class Made {
        final String task;
        final int idx;
        final int generation;
        final int version;
        ProcessingStatus status = ProcessingStatus.RUNNING;
        JsonNode output = JsonNodeFactory.instance.missingNode();
        /** Another one whenever the output is another one. */
        Object token = new Object();

        @Nullable
        JsonNode parameters;

        Map<String, Object> consumed = Map.of();
        boolean marked;
        boolean edited;
        /** Whether it is an edit that no generation has used. */
        boolean unused;

        int keptIn;
        int editedIn;

        /** What the generation that was active when it was edited goes on with. */
        @Nullable
        Made before;

        Made(String task, int idx, int generation, int version) {
            this.task = task;
            this.idx = idx;
            this.generation = generation;
            this.version = version;
        }
    }

    /** What has become of a task in a generation. */
    enum Fate {
        LEFT_OUT,
        REUSED,
        MADE,
        KEPT,
        FAILED,
        BELOW_A_FAILURE,
        UNFINISHED
    }

    /** What has to be done with a task whose dependencies are there. */
    enum Duty {
        RUN,
        FAIL,
        KEEP
    }

    void publish(FlowSpec flow) {
        versions.add(flow);
    }

    void execute(Mode newMode) {
        mode = newMode;
        generation++;
        floor = newMode == Mode.STALE_ONLY ? floor : generation;
        version = versions.size();
        active = true;
        plan = newMode == Mode.STALE_ONLY ? staleOnlyPlan() : everything();
    }

    /** From here on the generation sees what is there now; what a person changes later it does not see. */
    void takeUp() {
        view.clear();
        for (TaskSpec task : flow().tasks()) {
            seenCurrent(task.name()).ifPresent(result -> view.put(task.name(), copy(result)));
        }
    }

    void end(EndReason reason) {
        active = false;
        cancelled = reason == EndReason.CANCELLED;
        if (reason == EndReason.COMPLETED) {
            attempts.stream()
                    .filter(attempt -> attempt.editedIn < generation)
                    .filter(attempt -> current(attempt.task).orElse(null) == attempt)
                    .filter(attempt -> plan.get(attempt.task) == Action.REUSE)
                    .forEach(attempt -> attempt.unused = false);
        }
    }

    void begin(String task, int idx) {
        Made made = find(task, idx).orElseGet(() -> {
            Made attempt = new Made(task, idx, generation, version);
            attempts.add(attempt);
            return attempt;
        });
        made.parameters = parameters(task).orElse(null);
        made.consumed = tokens(task);
    }

    void end(String task, int idx, ProcessingStatus status, JsonNode output) {
        Made made = find(task, idx).orElseThrow();
        made.status = status;
        made.output = output;
        if (status == ProcessingStatus.COMPLETED) {
            view.put(task, copy(made));
        }
    }

    void keep(String task) {
        Made kept = current(task).orElseThrow();
        kept.consumed = tokens(task);
        kept.keptIn = generation;
        view.put(task, copy(kept));
    }

    void edit(String task, int idx, JsonNode output, boolean mark) {
        Made made = find(task, idx).orElseThrow();
        if (active && (made.before == null || made.editedIn != generation)) {
            made.before = copy(made);
        }
        made.status = ProcessingStatus.COMPLETED;
        made.output = output;
        made.token = new Object();
        made.edited = true;
        made.unused = true;
        made.marked = mark;
        made.editedIn = generation;
    }

    void mark(String task, int idx, boolean mark) {
        find(task, idx).orElseThrow().marked = mark;
    }

    /** The plan of the newest generation. */
    Map<String, Action> plan() {
        return plan;
    }

    /** What a stale-only re-execution of the execution's own version would do. */
    Map<String, Action> staleOnlyPlan() {
        Map<String, Action> actions = new TreeMap<>();
        flow().tasks().forEach(task -> staleOnly(task.name(), actions));
        removed().forEach(task -> actions.put(task, Action.DROP));
        return actions;
    }

    private Map<String, Action> everything() {
        Map<String, Action> actions = new TreeMap<>();
        Set<String> untriggered = flow().untriggered();
        flow().names().forEach(task -> actions.put(task, untriggered.contains(task) ? Action.DROP : Action.RUN));
        return actions;
    }

    private Stream<String> removed() {
        return attempts.stream()
                .filter(attempt -> attempt.generation >= floor)
                .map(attempt -> attempt.task)
                .filter(task -> flow().find(task).isEmpty());
    }

    private Action staleOnly(String name, Map<String, Action> actions) {
        Action known = actions.get(name);
        if (known != null) {
            return known;
        }
        Action action = decide(flow().require(name), actions);
        actions.put(name, action);
        return action;
    }

    private Action decide(TaskSpec task, Map<String, Action> actions) {
        Made current = current(task.name()).orElse(null);
        if (flow().untriggered().contains(task.name())) {
            return Action.DROP;
        }
        if (current != null && current.marked) {
            return Action.RUN;
        }
        if (current != null && current.edited) {
            return Action.REUSE;
        }
        if (current == null || newest(task.name()).orElseThrow() != current) {
            return Action.RUN;
        }
        Optional<TaskSpec> before = versions.get(current.version - 1).find(task.name());
        if (before.isEmpty() || !FlowSpec.sameWork(before.get(), task)) {
            return Action.RUN;
        }
        Map<String, Object> tokens = new HashMap<>();
        boolean upstream = false;
        for (String dependency : flow().dependencies(task)) {
            upstream |= staleOnly(dependency, actions) != Action.REUSE;
            current(dependency).ifPresent(result -> tokens.put(dependency, result.token));
        }
        if (upstream && (task.never() || task.executor().equals(FakeWork.NEVER_REUSED))) {
            return Action.RUN;
        }
        return upstream || !tokens.equals(current.consumed) ? Action.RUN_IF_CHANGED : Action.REUSE;
    }

    /** What the newest generation has to do with a task now that its dependencies are there. */
    Duty duty(String name) {
        Optional<JsonNode> parameters = parameters(name);
        if (parameters.isEmpty()) {
            return Duty.FAIL;
        }
        Made current = current(name).orElse(null);
        boolean same = plan.get(name) == Action.RUN_IF_CHANGED
                && current != null
                && current.parameters != null
                && FakeWork.same(current.parameters, parameters.get())
                && versions.get(current.version - 1)
                        .require(name)
                        .executor()
                        .equals(flow().require(name).executor())
                && orderedTokens(name, tokens(name)).equals(orderedTokens(name, current.consumed));
        return same ? Duty.KEEP : Duty.RUN;
    }

    private Map<String, Object> orderedTokens(String name, Map<String, Object> tokens) {
        Map<String, Object> ordered = new HashMap<>(tokens);
        ordered.keySet().retainAll(flow().require(name).dependsOn());
        return ordered;
    }

    /** Whether all dependencies of a task are there for it. */
    boolean isReady(String name) {
        return flow().dependencies(flow().require(name)).stream()
                .map(this::fate)
                .allMatch(fate -> fate == Fate.REUSED || fate == Fate.MADE || fate == Fate.KEPT);
    }

    /** The parameters that a task of the running generation has to be given. */
    Optional<JsonNode> parameters(String name) {
        return flow().resolve(flow().require(name), dependency -> requireViewed(dependency).output);
    }

    private Map<String, Object> tokens(String name) {
        Map<String, Object> tokens = new HashMap<>();
        flow().dependencies(flow().require(name))
                .forEach(dependency -> tokens.put(dependency, requireViewed(dependency).token));
        return tokens;
    }

    private Made requireViewed(String name) {
        Made made = view.get(name);
        if (made == null) {
            throw new AssertionError(name + " is consumed and has no result");
        }
        return made;
    }

    /** What has become of a task in the newest generation so far. */
    Fate fate(String name) {
        Optional<Made> current = seenCurrent(name);
        Optional<Made> newest = seenNewest(name).filter(attempt -> attempt.generation == generation);
        if (plan.get(name) == Action.DROP) {
            return Fate.LEFT_OUT;
        }
        if (plan.get(name) == Action.REUSE) {
            return Fate.REUSED;
        }
        if (current.isPresent() && current.get().generation == generation) {
            return Fate.MADE;
        }
        if (current.isPresent() && current.get().keptIn == generation) {
            return Fate.KEPT;
        }
        if (newest.isPresent() && newest.get().status == ProcessingStatus.FAILED) {
            return Fate.FAILED;
        }
        boolean below = flow().dependencies(flow().require(name)).stream()
                .map(this::fate)
                .anyMatch(fate -> fate == Fate.FAILED || fate == Fate.BELOW_A_FAILURE);
        return below ? Fate.BELOW_A_FAILURE : Fate.UNFINISHED;
    }

    /** The fates of all tasks in the version. */
    Map<String, Fate> fates() {
        Map<String, Fate> fates = new TreeMap<>();
        flow().names().forEach(name -> fates.put(name, fate(name)));
        return fates;
    }

    /** The tasks whose current result reads stale. */
    Set<String> stale() {
        Set<String> stale = new TreeSet<>();
        staleOnlyPlan().forEach((task, action) -> {
            if ((action == Action.RUN || action == Action.RUN_IF_CHANGED)
                    && current(task).isPresent()) {
                stale.add(task);
            }
        });
        return stale;
    }

    boolean isConsistent() {
        return staleOnlyPlan().values().stream().allMatch(action -> action == Action.REUSE || action == Action.DROP);
    }

    /** What a generation that has done everything leaves the execution as. */
    ExecutionStatus statusOfCompletion() {
        return !isConsistent()
                ? ExecutionStatus.STALE
                : isCurrent(attempt -> attempt.unused && attempt.editedIn == generation)
                        ? ExecutionStatus.EDITED
                        : ExecutionStatus.COMPLETED;
    }

    /** What a change by a person leaves an execution as that nobody works on. */
    ExecutionStatus statusOfChange() {
        if (!stale().isEmpty()) {
            return ExecutionStatus.STALE;
        }
        if (isCurrent(attempt -> attempt.unused)) {
            return ExecutionStatus.EDITED;
        }
        if (isConsistent()) {
            return ExecutionStatus.COMPLETED;
        }
        return cancelled ? ExecutionStatus.CANCELLED : ExecutionStatus.FAILED;
    }

    private boolean isCurrent(Predicate<Made> wanted) {
        return attempts.stream()
                .filter(wanted)
                .anyMatch(attempt -> current(attempt.task).orElse(null) == attempt);
    }

    /** Whether the attempt is an edit that no generation has used. */
    boolean isUnused(String task, int idx) {
        return find(task, idx).orElseThrow().unused;
    }

    /** Whether a person may not change a task's result now, because the generation has yet to deal with it. */
    boolean isOutOfReach(String name) {
        Fate fate = flow().find(name).isEmpty() ? Fate.LEFT_OUT : fate(name);
        return active && (fate == Fate.UNFINISHED || fate == Fate.BELOW_A_FAILURE);
    }

    /**
     * What a fresh execution of the version would give, with the outputs that a person wrote in their place: nothing for
     * a task that fails, for what is below it and for what is not triggered.
     */
    Map<String, JsonNode> freshOutputs(Map<String, JsonNode> pinned) {
        Map<String, JsonNode> outputs = new TreeMap<>();
        Set<String> tried = new HashSet<>(flow().untriggered());
        flow().names().forEach(name -> fresh(name, pinned, outputs, tried));
        return outputs;
    }

    private void fresh(String name, Map<String, JsonNode> pinned, Map<String, JsonNode> outputs, Set<String> tried) {
        if (!tried.add(name)) {
            return;
        }
        TaskSpec task = flow().require(name);
        Set<String> dependencies = flow().dependencies(task);
        dependencies.forEach(dependency -> fresh(dependency, pinned, outputs, tried));
        JsonNode pin = pinned.get(name);
        if (pin != null) {
            outputs.put(name, pin);
        } else if (outputs.keySet().containsAll(dependencies)) {
            flow().resolve(task, outputs::get)
                    .ifPresent(parameters -> outputs.put(name, FakeWork.output(task.executor(), parameters)));
        }
    }

    Map<String, JsonNode> outputs(boolean editedOnly) {
        Map<String, JsonNode> outputs = new TreeMap<>();
        flow().names()
                .forEach(name -> current(name)
                        .filter(result -> result.edited || !editedOnly)
                        .ifPresent(result -> outputs.put(name, result.output)));
        return outputs;
    }

    FlowSpec flow() {
        return versions.get(version - 1);
    }

    Mode mode() {
        return mode;
    }

    private Optional<Made> find(String task, int idx) {
        return attempts.stream()
                .filter(attempt -> attempt.task.equals(task) && attempt.idx == idx)
                .findFirst();
    }

    private Optional<Made> newest(String task) {
        return attempts.stream()
                .filter(attempt -> attempt.task.equals(task) && attempt.generation >= floor)
                .max((one, other) -> one.idx - other.idx);
    }

    private Optional<Made> current(String task) {
        return attempts.stream()
                .filter(attempt -> attempt.task.equals(task) && attempt.generation >= floor)
                .filter(attempt -> attempt.status == ProcessingStatus.COMPLETED)
                .max((one, other) -> one.idx - other.idx);
    }

    private Optional<Made> seenNewest(String task) {
        return newest(task).map(this::seen);
    }

    private Optional<Made> seenCurrent(String task) {
        return attempts.stream()
                .filter(attempt -> attempt.task.equals(task) && attempt.generation >= floor)
                .map(this::seen)
                .filter(attempt -> attempt.status == ProcessingStatus.COMPLETED)
                .max((one, other) -> one.idx - other.idx);
    }

    /** An attempt as the newest generation sees it: without the edits of its own time. */
    private Made seen(Made made) {
        return made.before == null || made.editedIn != generation ? made : made.before;
    }

    private static Made copy(Made made) {
        Made copy = new Made(made.task, made.idx, made.generation, made.version);
        copy.status = made.status;
        copy.output = made.output;
        copy.token = made.token;
        copy.keptIn = made.keptIn;
        return copy;
    }
}
