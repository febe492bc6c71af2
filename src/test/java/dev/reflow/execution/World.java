package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One execution, from its start through whatever happens to it, with memory in the place of the database and of the
 * engine. A reference model is told the same, so that properties can compare.
 */
final class World {
    private static final UUID NOBODY = new UUID(0, 0);

    private final Map<String, TaskSpec> drafts = new LinkedHashMap<>();
    private final Map<String, TaskSpec> removed = new HashMap<>();
    private final List<Definition> versions = new ArrayList<>();
    private final Map<UUID, Row> rows = new LinkedHashMap<>();
    /** What edits replaced while a generation was active; it goes on with these. */
    private final Map<UUID, Row> unedited = new HashMap<>();

    private final ReferenceModel reference = new ReferenceModel();
    private final Watcher watcher;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Mode mode = Mode.FIRST;
    private int fromVersion;
    private int version;
    private int generation;
    private int floor;
    private long revision;
    private boolean active;
    private boolean cancelRequested;
    private @Nullable Plan plan;
    private Effect.Finish finish = new Effect.Finish(EndReason.SUPERSEDED, ExecutionStatus.QUEUED, TaskCounts.NONE);
    private ExecutionStatus status = ExecutionStatus.QUEUED;

    private record Row(Attempt attempt, @Nullable JsonNode output) {}

    /**
     * What a person was told.
     *
     * @param before the attempt as it was
     * @param output as it was; a JSON null for none
     * @param outOfReach whether the reference says that the running generation has yet to settle the task
     * @param stale the tasks that read stale before, by the reference
     * @param touched how many attempts were changed
     */
    record Answer(
            Happening happening,
            Attempt before,
            JsonNode output,
            boolean outOfReach,
            Set<String> stale,
            ExecutionStatus statusBefore,
            boolean refused,
            long touched) {}

    /** What a property looks at while things go on. */
    interface Watcher {
        default void planned(World world, Plan plan, Planner.Facts facts) {}

        /** @param effect that has not been carried out yet */
        default void asked(World world, Effect effect) {}

        default void finished(World world, Effect.Finish finish) {}

        default void edited(World world, Answer answer) {}
    }

    World(Collection<TaskSpec> flow, Watcher watcher) {
        this.watcher = watcher;
        flow.forEach(task -> drafts.put(task.name(), task));
        publish();
    }

    /** Starts the execution. */
    World start(Course course) {
        execute(Mode.FIRST, course);
        return this;
    }

    void happen(Happening happening) {
        if (happening instanceof Happening.Publish publish) {
            publish.changes().forEach(this::change);
            publish();
        } else if (happening instanceof Happening.Execute execute) {
            execute(execute.mode(), execute.course());
        } else if (happening instanceof Happening.GoOn goOn) {
            proceed(goOn.course());
        } else if (happening instanceof Happening.Cancel) {
            cancelRequested |= active;
            revision++;
            proceed(Course.SMOOTH);
        } else if (happening instanceof Happening.EditAndExecute edit) {
            if (edit(edit.task(), edit)) {
                execute(Mode.STALE_ONLY, edit.course());
            }
        } else if (happening instanceof Happening.Edit edit) {
            edit(edit.task(), edit);
        } else if (happening instanceof Happening.Mark mark) {
            edit(mark.task(), mark);
        } else if (happening instanceof Happening.Unmark unmark) {
            edit(unmark.task(), unmark);
        }
    }

    private void publish() {
        FlowSpec flow = FlowSpec.of(drafts.values());
        versions.add(flow.definition());
        reference.publish(flow);
    }

    private void change(Happening.Change change) {
        if (change instanceof Happening.Change.Put put) {
            drafts.put(put.task().name(), put.task());
        } else if (change instanceof Happening.Change.Remove remove) {
            boolean last = drafts.size() == 1;
            TaskSpec gone = last ? null : drafts.remove(remove.task());
            if (gone != null) {
                removed.put(gone.name(), gone);
            }
        } else if (change instanceof Happening.Change.Return back) {
            TaskSpec gone = removed.get(back.task());
            if (gone != null) {
                drafts.putIfAbsent(gone.name(), gone);
            }
        } else if (change instanceof Happening.Change.Retitle retitle) {
            drafts.computeIfPresent(
                    retitle.task(),
                    (name, task) -> task.titled("version " + versions.size()).respelled());
        } else if (change instanceof Happening.Change.Reverse) {
            List<TaskSpec> order = new ArrayList<>(drafts.values());
            drafts.clear();
            for (int i = order.size() - 1; i >= 0; i--) {
                drafts.put(order.get(i).name(), order.get(i));
            }
        }
    }

    void execute(Mode newMode, Course course) {
        mode = newMode;
        generation++;
        floor = newMode == Mode.STALE_ONLY ? floor : generation;
        fromVersion = newMode == Mode.FIRST ? versions.size() : version;
        version = versions.size();
        active = true;
        cancelRequested = false;
        plan = null;
        status = ExecutionStatus.RUNNING;
        revision++;
        reference.execute(newMode);
        proceed(course);
    }

    private void proceed(Course course) {
        Progress progress = new Progress(this, course);
        while (active && !progress.isLeft()) {
            progress.takeUp();
        }
    }

    /** The stored plan; made and stored first if there is none. */
    Plan requirePlan() {
        if (plan == null) {
            Planner.Facts facts = planning();
            plan = Planner.plan(FakeWork.EXECUTORS, mode, facts);
            watcher.planned(this, plan, facts);
        }
        return plan;
    }

    Planner.Facts planning() {
        return planning(history());
    }

    /** What the active generation goes on with: its own time's edits have not happened. */
    Planner.Facts planningOfGeneration() {
        return planning(history(attempts().stream()
                .map(attempt -> attempt.editedIn() == generation && unedited.containsKey(attempt.id())
                        ? unedited.get(attempt.id()).attempt()
                        : attempt)
                .toList()));
    }

    List<Attempt> edits() {
        return attempts().stream()
                .filter(attempt -> attempt.generation() >= floor)
                .filter(attempt -> attempt.editedIn() == generation || attempt.markedStale())
                .toList();
    }

    /** The output of a result, in the edit that the result has. */
    JsonNode output(Attempt result) {
        Row row = requireRow(result.id());
        return row.attempt().editRevision() == result.editRevision()
                ? output(result.id())
                : Optional.ofNullable(unedited.get(result.id()).output()).orElseThrow();
    }

    private Planner.Facts planning(History history) {
        return Planner.Facts.of(
                FakeWork.EXECUTORS,
                definition(),
                fromVersion,
                definitions(fromVersion, version),
                history,
                new TaskName(FlowSpec.INPUT));
    }

    private Map<Integer, Definition> definitions(int... needed) {
        Map<Integer, Definition> definitions = new HashMap<>();
        for (int each : needed) {
            definitions.put(each, versions.get(each - 1));
        }
        history()
                .currentResults()
                .forEach(result -> definitions.put(result.flowVersion(), versions.get(result.flowVersion() - 1)));
        return definitions;
    }

    History history() {
        return history(attempts());
    }

    private History history(List<Attempt> attempts) {
        Map<TaskName, Integer> highestIdx = new HashMap<>();
        attempts.stream()
                .filter(attempt -> attempt.generation() < floor)
                .forEach(attempt -> highestIdx.merge(attempt.task(), attempt.idx(), Math::max));
        return new History(
                attempts.stream()
                        .filter(attempt -> attempt.generation() >= floor)
                        .toList(),
                highestIdx);
    }

    /** What a client's question and a person's edit are decided on. */
    ExecutionFacts facts() {
        FlowExecution execution = new FlowExecution(
                new FlowExecutionId(NOBODY),
                new OrganizationId(NOBODY),
                new FlowId(NOBODY),
                version,
                status,
                NullNode.instance,
                new TaskName(FlowSpec.INPUT),
                null,
                1,
                generation,
                floor,
                revision,
                active,
                "somebody",
                now,
                now);
        return new ExecutionFacts(
                execution,
                versions.size(),
                definitions(version, versions.size()),
                history(),
                plan,
                active ? null : finish.reason());
    }

    private boolean edit(String task, Happening happening) {
        Optional<Attempt> newest = history().newest(new TaskName(task));
        if (newest.isEmpty()) {
            return false;
        }
        Row row = requireRow(newest.get().id());
        Map<UUID, Row> before = Map.copyOf(rows);
        boolean outOfReach = reference.isOutOfReach(task);
        Set<String> stale = reference.stale();
        ExecutionStatus statusBefore = status;
        boolean refused = isRefused(resultEdit(happening, row), row);
        long touched = rows.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(before.get(entry.getKey())))
                .count();
        JsonNode output = row.output() == null ? NullNode.instance : row.output();
        watcher.edited(
                this, new Answer(happening, row.attempt(), output, outOfReach, stale, statusBefore, refused, touched));
        return !refused;
    }

    private boolean isRefused(ResultEdit edit, Row row) {
        try {
            ResultEdit.Decision decision = edit.decide(FakeWork.EXECUTORS, facts(), taskExecution(row));
            if (decision.changed()) {
                write(row, decision);
            }
            return false;
        } catch (ReflowException conflict) {
            return true;
        }
    }

    private static ResultEdit resultEdit(Happening happening, Row row) {
        JsonNode output = row.output() == null ? NullNode.instance : row.output();
        if (happening instanceof Happening.Mark) {
            return new ResultEdit(output, StaleStatus.STALE, null, false);
        }
        if (happening instanceof Happening.Unmark) {
            return new ResultEdit(output, StaleStatus.CONSISTENT, null, false);
        }
        if (happening instanceof Happening.EditAndExecute edit) {
            return new ResultEdit(FakeWork.of(edit.value()), StaleStatus.CONSISTENT, null, true);
        }
        return new ResultEdit(FakeWork.of(((Happening.Edit) happening).value()), StaleStatus.CONSISTENT, null, false);
    }

    private void write(Row before, ResultEdit.Decision decision) {
        Attempt after = decision.attempt();
        if (!active) {
            unedited.remove(after.id());
        } else if (after.editRevision() > before.attempt().editRevision()
                && before.attempt().editedIn() < generation) {
            unedited.put(after.id(), before);
        }
        rows.put(after.id(), new Row(after, decision.output()));
        status = decision.status();
        revision++;
        String task = after.task().value();
        if (after.editRevision() > before.attempt().editRevision()) {
            reference.edit(task, after.idx(), decision.output(), after.markedStale());
        } else {
            reference.mark(task, after.idx(), after.markedStale());
        }
    }

    private TaskExecution taskExecution(Row row) {
        return new TaskExecution(
                row.attempt(),
                new OrganizationId(NOBODY),
                new FlowExecutionId(NOBODY),
                null,
                row.output(),
                null,
                null,
                null,
                now,
                now,
                "somebody");
    }

    /** Writes an attempt as a database would that takes no second result of a task in a generation. */
    void record(Effect.TaskStart start, ProcessingStatus status, @Nullable JsonNode output, @Nullable Instant wakeAt) {
        String task = start.task().name().value();
        Attempt before = find(task, start.idx()).orElse(null);
        if (before != null
                && (before.generation() != generation || before.status().isFinal())) {
            throw new AssertionError(task + "#" + start.idx() + " is written a second time");
        }
        boolean second = status == ProcessingStatus.COMPLETED
                && attempts().stream()
                        .anyMatch(attempt -> attempt.isCompleted()
                                && attempt.generation() == generation
                                && attempt.task().equals(start.task().name()));
        if (second) {
            throw new AssertionError(task + " has a second result in generation " + generation);
        }
        Attempt attempt = new Attempt(
                before == null ? new UUID(1, rows.size()) : before.id(),
                start.task().name(),
                start.idx(),
                generation,
                version,
                status,
                EditedStatus.NOT_EDITED,
                false,
                0,
                0,
                start.consumed(),
                start.fingerprint(),
                0,
                wakeAt,
                before != null ? before.startedAt() : now);
        if (start.startedAt() != null && !start.startedAt().equals(attempt.startedAt())) {
            throw new AssertionError(task + " has forgotten when it began");
        }
        rows.put(attempt.id(), new Row(attempt, output));
        revision++;
        JsonNode made = output == null ? JsonNodeFactory.instance.missingNode() : output;
        reference.end(task, start.idx(), status, made);
    }

    JsonNode keep(Effect.CutOff cutOff) {
        Row kept = requireRow(cutOff.result());
        rows.put(cutOff.result(), new Row(kept.attempt().cutOff(generation, cutOff.consumed()), kept.output()));
        revision++;
        reference.keep(cutOff.task().name().value());
        return output(cutOff.result());
    }

    /** False when something has happened that the process does not know of. */
    boolean finish(Effect.Finish end, long knownRevision) {
        if (revision != knownRevision) {
            return false;
        }
        watcher.finished(this, end);
        finish = end;
        status = end.status();
        active = false;
        revision++;
        reference.end(end.reason());
        rows.replaceAll(
                (id, row) -> new Row(isLost(row.attempt()) ? cancelled(row.attempt()) : row.attempt(), row.output()));
        if (end.reason() == EndReason.COMPLETED) {
            rows.replaceAll((id, row) -> new Row(used(row.attempt()), row.output()));
        }
        return true;
    }

    /** Whether nothing more comes of an attempt of the generation that ends. */
    private boolean isLost(Attempt attempt) {
        return attempt.generation() == generation && !attempt.status().isFinal();
    }

    private static Attempt cancelled(Attempt attempt) {
        return new Attempt(
                attempt.id(),
                attempt.task(),
                attempt.idx(),
                attempt.generation(),
                attempt.flowVersion(),
                ProcessingStatus.CANCELLED,
                attempt.edited(),
                attempt.markedStale(),
                attempt.editRevision(),
                attempt.editedIn(),
                attempt.consumed(),
                attempt.fingerprint(),
                attempt.cutOffIn(),
                null,
                attempt.startedAt());
    }

    /** An edit that was there when the generation began has been used by it, if it was planned to be. */
    private Attempt used(Attempt attempt) {
        boolean used = attempt.edited() == EditedStatus.EDITED_NOT_REEXECUTED
                && attempt.editedIn() < generation
                && attempt.generation() >= floor
                && attempt.idx()
                        == history().newest(attempt.task()).orElseThrow().idx()
                && requirePlan().action(attempt.task()) == Action.REUSE;
        return new Attempt(
                attempt.id(),
                attempt.task(),
                attempt.idx(),
                attempt.generation(),
                attempt.flowVersion(),
                attempt.status(),
                used ? EditedStatus.EDITED_REEXECUTED : attempt.edited(),
                attempt.markedStale(),
                attempt.editRevision(),
                attempt.editedIn(),
                attempt.consumed(),
                attempt.fingerprint(),
                attempt.cutOffIn(),
                attempt.wakeAt(),
                attempt.startedAt());
    }

    void requestCancel() {
        cancelRequested = true;
        revision++;
    }

    void advanceTo(Instant time) {
        now = time.isAfter(now) ? time : now;
    }

    private Row requireRow(UUID id) {
        return Optional.ofNullable(rows.get(id)).orElseThrow();
    }

    JsonNode output(UUID id) {
        return Optional.ofNullable(requireRow(id).output()).orElseThrow();
    }

    Instant startedAt(String task, int idx) {
        return find(task, idx).map(Attempt::startedAt).orElseThrow();
    }

    private Optional<Attempt> find(String task, int idx) {
        return attempts().stream()
                .filter(attempt -> attempt.task().value().equals(task) && attempt.idx() == idx)
                .findFirst();
    }

    List<Attempt> attempts() {
        return rows.values().stream().map(Row::attempt).toList();
    }

    /** The outputs of the current results of the version's tasks. */
    Map<String, JsonNode> outputs() {
        Map<String, JsonNode> outputs = new TreeMap<>();
        history().currentResults().stream()
                .filter(result -> definition().find(result.task()).isPresent())
                .sorted(Comparator.comparing(Attempt::task))
                .forEach(result -> outputs.put(result.task().value(), output(result.id())));
        return outputs;
    }

    Definition definition() {
        return versions.get(version - 1);
    }

    FlowSpec flow() {
        return reference.flow();
    }

    /** The tasks of the flow's newest version. */
    List<TaskSpec> drafts() {
        return List.copyOf(drafts.values());
    }

    ReferenceModel reference() {
        return reference;
    }

    Watcher watcher() {
        return watcher;
    }

    Mode mode() {
        return mode;
    }

    int generation() {
        return generation;
    }

    int version() {
        return version;
    }

    long revision() {
        return revision;
    }

    boolean isActive() {
        return active;
    }

    boolean isCancelRequested() {
        return cancelRequested;
    }

    Instant now() {
        return now;
    }

    ExecutionStatus status() {
        return status;
    }

    /** How the newest generation ended. */
    Effect.Finish end() {
        return finish;
    }
}
