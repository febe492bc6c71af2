package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.ExecutionRow.AttemptRow;
import dev.reflow.engine.ExecutionRow.GenerationRow;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.EditedStatus;
import dev.reflow.execution.Effect;
import dev.reflow.execution.EndReason;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.Plan;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The functions of the database, line by line, over rows in memory. Every call is done at once when it is subscribed to. */
public final class InMemoryGenerationStore implements GenerationStore {
    private final Tables tables;
    private final Journal journal;

    /** Is told what is written, before it is, and by whom. */
    public interface Journal {
        Journal NONE = (what, by, row) -> {};

        void written(String what, Fence by, ExecutionRow row);

        default void recorded(Fence by, TaskRecord attempt) {}
    }

    public InMemoryGenerationStore(Tables tables, Journal journal) {
        this.tables = tables;
        this.journal = journal;
    }

    private boolean has(Guard guard) {
        return tables.has(guard);
    }

    private static <T> Uni<T> done(Supplier<T> call) {
        return Uni.createFrom().item(call);
    }

    @Override
    public Uni<Optional<Instant>> beat(NodeId node) {
        return done(() -> tables.beat(node));
    }

    @Override
    public Uni<Integer> rescueOrphans(Duration deadAfter) {
        return done(() -> rescue(orphans(deadAfter), deadAfter));
    }

    /** What a rescue finds before it has the locks; by then it may be otherwise. */
    public record Orphans(List<NodeId> silent, List<ExecutionRow> owned) {}

    public Orphans orphans(Duration deadAfter) {
        List<NodeId> silent =
                tables.nodes().filter(node -> tables.isSilent(node, deadAfter)).toList();
        List<ExecutionRow> owned = tables.executions()
                .filter(row -> row.owner != null && (tables.isDead(row.owner) || silent.contains(row.owner)))
                .limit(RESCUED_AT_ONCE)
                .toList();
        return new Orphans(silent, owned);
    }

    public int rescue(Orphans found, Duration deadAfter) {
        found.silent().stream()
                .filter(node -> !has(Guard.STILL_ORPHANED) || tables.isSilent(node, deadAfter))
                .forEach(tables::declareDead);
        List<ExecutionRow> orphaned = found.owned().stream()
                .filter(row -> !has(Guard.STILL_ORPHANED) || (row.owner != null && tables.isDead(row.owner)))
                .toList();
        orphaned.forEach(row -> free(row, has(Guard.LEASE_RISES)));
        return orphaned.size();
    }

    private void free(ExecutionRow row) {
        free(row, true);
    }

    private void free(ExecutionRow row, boolean leaseRises) {
        row.owner = null;
        row.lease += leaseRises ? 1 : 0;
        row.wakeAt = tables.now();
        row.uninterruptible.clear();
    }

    @Override
    public Uni<Boolean> promoteQueued() {
        return done(tables::promoteQueued);
    }

    @Override
    public Uni<List<Fence>> claim(NodeId node, int limit) {
        return done(() -> tables
                .executions()
                .filter(row -> row.active && tables.isAlive(node))
                .filter(row -> !has(Guard.UNOWNED) || row.owner == null)
                .filter(row -> row.wakeAt != null && !row.wakeAt.isAfter(tables.now()))
                .sorted(Comparator.comparing(row -> row.wakeAt))
                .limit(limit)
                .toList()
                .stream()
                .map(row -> claimed(row, node))
                .toList());
    }

    private Fence claimed(ExecutionRow row, NodeId node) {
        row.owner = node;
        row.lease += has(Guard.LEASE_RISES) ? 1 : 0;
        return fence(row, node);
    }

    @Override
    public Uni<List<Holding>> owned(NodeId node) {
        return done(() -> tables.executions()
                .filter(row -> node.equals(row.owner))
                .map(row -> new Holding(fence(row, node), row.revision, row.cancelRequested))
                .toList());
    }

    private static Fence fence(ExecutionRow row, NodeId node) {
        return new Fence(row.id, row.generation, row.lease, node);
    }

    @Override
    public Uni<Void> release(Collection<Fence> fences) {
        return done(() -> {
            fences.forEach(fence -> held("release", fence).ifPresent(this::free));
            return null;
        });
    }

    @Override
    public Uni<Void> releaseAll(NodeId node) {
        return done(() -> {
            tables.executions().filter(row -> node.equals(row.owner)).forEach(this::free);
            tables.declareDead(node);
            return null;
        });
    }

    /** The execution, if the fence is the one that stands in its row. */
    private Optional<ExecutionRow> held(Fence fence) {
        return Optional.of(tables.require(fence.execution()))
                .filter(row -> row.active)
                .filter(row -> !has(Guard.LEASE) || row.lease == fence.lease())
                .filter(row -> !has(Guard.OWNER) || fence.owner().equals(row.owner));
    }

    /** The execution, which is then written to, if the fence is the one that stands in its row. */
    private Optional<ExecutionRow> held(String what, Fence fence) {
        Optional<ExecutionRow> held = held(fence);
        held.ifPresent(row -> journal.written(what, fence, row));
        return held;
    }

    /** The same, but only as long as nothing has changed since it was read. */
    private Optional<ExecutionRow> held(String what, Fence fence, long revision) {
        return held(fence).isPresent()
                        && (!has(Guard.REVISION) || tables.require(fence.execution()).revision == revision)
                ? held(what, fence)
                : Optional.empty();
    }

    @Override
    public Uni<Optional<GenerationFacts>> load(Fence fence) {
        return done(() -> held(fence).map(this::facts));
    }

    private GenerationFacts facts(ExecutionRow row) {
        GenerationRow generation = row.newest();
        Map<Integer, Definition> versions = new HashMap<>();
        versions.put(generation.fromVersion, tables.definition(row.flow, generation.fromVersion));
        versions.put(row.version, tables.definition(row.flow, row.version));
        row.history()
                .currentResults()
                .forEach(result ->
                        versions.put(result.flowVersion(), tables.definition(row.flow, result.flowVersion())));
        return new GenerationFacts(
                row.input,
                row.inputTask,
                generation.mode,
                generation.fromVersion,
                row.version,
                versions,
                row.engineHistory(),
                List.of(),
                row.signals(),
                generation.plan,
                row.revision,
                row.cancelRequested,
                new GenerationFacts.Asked(new OrganizationId(new UUID(0, 0)), null, null));
    }

    @Override
    public Uni<Map<UUID, JsonNode>> outputs(Collection<Attempt> results) {
        return done(() -> {
            Map<UUID, JsonNode> outputs = new HashMap<>();
            results.forEach(result -> outputs.put(result.id(), tables.output(result.id())));
            return outputs;
        });
    }

    @Override
    public Uni<Optional<Arrivals>> arrivals(Fence fence) {
        return done(() -> held(fence).map(row -> new Arrivals(row.signals(), reports(row))));
    }

    private static List<Report> reports(ExecutionRow row) {
        return row.attempts.values().stream()
                .filter(attempt -> attempt.reported() && attempt.attempt().generation() == row.generation)
                .filter(attempt -> isEnded(attempt.attempt()))
                .map(attempt -> new Report(attempt.attempt(), attempt.output()))
                .toList();
    }

    private static boolean isEnded(Attempt attempt) {
        return attempt.status() == ProcessingStatus.COMPLETED || attempt.status() == ProcessingStatus.FAILED;
    }

    @Override
    public Uni<Boolean> begin(Fence fence, long revision, Plan plan) {
        return done(() -> held("plan", fence, revision)
                .map(row -> row.generations.get(fence.generation() - 1).plan = plan)
                .isPresent());
    }

    @Override
    public Uni<Recorded> record(Fence fence, TaskRecord record) {
        return done(() -> {
            Optional<ExecutionRow> held = held(fence);
            if (held.isEmpty()) {
                return Recorded.SUPERSEDED;
            }
            ExecutionRow row = held.get();
            TaskName task = record.start().task().name();
            Optional<AttemptRow> before =
                    row.find(task, record.start().idx()).filter(attempt -> isEnded(attempt.attempt()));
            if (before.isPresent() && has(Guard.ONE_RESULT)) {
                return before.get().reported() ? Recorded.OVERTAKEN : Recorded.WRITTEN;
            }
            boolean begun = row.find(task, record.start().idx())
                    .filter(AttemptRow::reported)
                    .isPresent();
            if (begun && record.status() != ProcessingStatus.FAILED) {
                return Recorded.OVERTAKEN;
            }
            boolean begins = record.status() == ProcessingStatus.RUNNING && record.wakeAt() == null && !record.goesOn();
            if (begins && row.find(task, record.start().idx()).isPresent()) {
                return Recorded.WRITTEN;
            }
            JsonNode signal = record.start().signal();
            boolean ends = record.status() == ProcessingStatus.COMPLETED || record.status() == ProcessingStatus.FAILED;
            if (ends && signal != null && !signal.equals(row.signals().get(task))) {
                return Recorded.OVERTAKEN;
            }
            if (record.status() == ProcessingStatus.COMPLETED
                    && has(Guard.ONE_RESULT)
                    && row.hasResultIn(fence.generation(), task)) {
                return Recorded.OVERTAKEN;
            }
            journal.written(record.status().code(), fence, row);
            journal.recorded(fence, record);
            write(row, fence.generation(), record);
            return Recorded.WRITTEN;
        });
    }

    private void write(ExecutionRow row, int generation, TaskRecord record) {
        Effect.TaskStart start = record.start();
        TaskName task = start.task().name();
        Optional<AttemptRow> before = row.find(task, start.idx());
        Attempt attempt = new Attempt(
                before.map(written -> written.attempt().id()).orElseGet(tables::newId),
                task,
                start.idx(),
                generation,
                record.version(),
                record.status(),
                EditedStatus.NOT_EDITED,
                false,
                0,
                0,
                start.consumed(),
                start.fingerprint(),
                0,
                record.wakeAt(),
                before.map(written -> written.attempt().startedAt()).orElse(record.startedAt()));
        row.put(new AttemptRow(
                attempt,
                start.parameters(),
                record.output(),
                record.error(),
                before.map(AttemptRow::reported).orElse(false),
                isEnded(attempt) ? tables.now() : null));
        row.revision++;
        row.uninterruptible.remove(task);
        if (!start.task().interruptible() && record.status() == ProcessingStatus.RUNNING && record.wakeAt() == null) {
            row.uninterruptible.add(task);
        }
        if (record.status() == ProcessingStatus.AWAITING_INPUT && row.status == ExecutionStatus.RUNNING) {
            row.status = ExecutionStatus.AWAITING_INPUT;
        }
    }

    @Override
    public Uni<Boolean> cutOff(Fence fence, UUID result, Map<TaskName, Consumed> consumed) {
        return done(() -> held(fence)
                .filter(row ->
                        !row.hasResultIn(fence.generation(), row.require(result).task()))
                .flatMap(row -> held("cut off", fence))
                .map(row -> cutOff(row, fence.generation(), row.require(result), consumed))
                .isPresent());
    }

    private static ExecutionRow cutOff(
            ExecutionRow row, int generation, Attempt result, Map<TaskName, Consumed> consumed) {
        if (result.cutOffIn() != generation) {
            AttemptRow kept = row.find(result.task(), result.idx()).orElseThrow();
            row.put(kept.with(Tables.cutOff(result, generation, consumed)));
            row.revision++;
        }
        return row;
    }

    @Override
    public Uni<Boolean> park(Fence fence, long revision, Effect.Park park) {
        return done(() -> held("park", fence, revision)
                .map(row -> {
                    row.owner = null;
                    row.lease++;
                    row.wakeAt = park.until();
                    if (park.forSignal() && row.status == ExecutionStatus.RUNNING) {
                        row.status = ExecutionStatus.AWAITING_INPUT;
                    }
                    return row;
                })
                .isPresent());
    }

    @Override
    public Uni<Boolean> finish(Fence fence, long revision, Effect.Finish finish, @Nullable String message) {
        return done(() -> held("finish", fence, revision)
                .map(row -> finish(row, fence.generation(), finish, message))
                .isPresent());
    }

    private static ExecutionRow finish(
            ExecutionRow row, int generation, Effect.Finish finish, @Nullable String message) {
        row.active = false;
        row.owner = null;
        row.lease++;
        row.wakeAt = null;
        row.status = finish.status();
        row.revision++;
        row.uninterruptible.clear();
        GenerationRow ended = row.generations.get(generation - 1);
        ended.end = finish.reason();
        ended.message = message;
        ended.counts = finish.counts();
        String lost = finish.reason() == EndReason.CANCELLED ? "cancelled" : "lost: the process that ran it is gone";
        new ArrayList<>(row.attempts.values())
                .stream()
                        .filter(attempt -> attempt.attempt().generation() == generation
                                && !attempt.attempt().status().isFinal())
                        .forEach(attempt -> row.put(Tables.lost(attempt, lost)));
        return row;
    }
}
