package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.EndReason;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.History;
import dev.reflow.execution.Mode;
import dev.reflow.execution.Plan;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskCounts;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the tables hold of one execution, column by column. */
public final class ExecutionRow {
    public final FlowExecutionId id;
    public final FlowId flow;
    public final JsonNode input;
    public final TaskName inputTask;
    public int version;
    public int generation = 1;
    public int floor = 1;
    public boolean active = true;
    public boolean cancelRequested;
    public long revision;
    public long lease = 1;
    public @Nullable NodeId owner;
    public @Nullable Instant wakeAt;
    public @Nullable Instant queuedAt;
    public ExecutionStatus status = ExecutionStatus.RUNNING;
    public final Set<TaskName> uninterruptible = new TreeSet<>();
    public final List<GenerationRow> generations = new ArrayList<>();
    public final Map<Key, AttemptRow> attempts = new LinkedHashMap<>();
    public final List<Delivery> deliveries = new ArrayList<>();

    ExecutionRow(FlowExecutionId id, FlowId flow, JsonNode input, TaskName inputTask) {
        this.id = id;
        this.flow = flow;
        this.input = input;
        this.inputTask = inputTask;
    }

    /** Which attempt of which task. */
    public record Key(TaskName task, int idx) {}

    /** Data that was received for a task. */
    public record Delivery(TaskName task, int generation, JsonNode data) {}

    /** A generation; {@code end} is null while it is active and when it was superseded. */
    public static final class GenerationRow {
        public final int number;
        public final Mode mode;
        public final int fromVersion;
        public final int toVersion;
        public final String key;
        public @Nullable Plan plan;
        public @Nullable EndReason end;
        public @Nullable String message;
        public TaskCounts counts = TaskCounts.NONE;

        GenerationRow(int number, Mode mode, int fromVersion, int toVersion, String key) {
            this.number = number;
            this.mode = mode;
            this.fromVersion = fromVersion;
            this.toVersion = toVersion;
            this.key = key;
        }
    }

    /**
     * @param input its parameters
     * @param reported whether by a worker
     */
    public record AttemptRow(
            Attempt attempt,
            @Nullable JsonNode input,
            @Nullable JsonNode output,
            @Nullable String error,
            boolean reported,
            @Nullable Instant completedAt) {

        AttemptRow with(Attempt changed) {
            return new AttemptRow(changed, input, output, error, reported, completedAt);
        }
    }

    public GenerationRow newest() {
        return generations.get(generations.size() - 1);
    }

    public Optional<AttemptRow> find(TaskName task, int idx) {
        return Optional.ofNullable(attempts.get(new Key(task, idx)));
    }

    Attempt require(UUID attempt) {
        return attempts.values().stream()
                .map(AttemptRow::attempt)
                .filter(each -> each.id().equals(attempt))
                .findFirst()
                .orElseThrow();
    }

    void put(AttemptRow row) {
        attempts.put(new Key(row.attempt().task(), row.attempt().idx()), row);
    }

    boolean hasResultIn(int number, TaskName task) {
        return attempts.values().stream()
                .map(AttemptRow::attempt)
                .anyMatch(attempt -> attempt.task().equals(task)
                        && attempt.generation() == number
                        && attempt.status() == ProcessingStatus.COMPLETED);
    }

    /** At or above the floor, as a client sees it. */
    public History history() {
        return history(AttemptRow::attempt);
    }

    /** At or above the floor, as an engine sees it: what a worker has begun is waited for. */
    History engineHistory() {
        return history(row -> row.reported() && !row.attempt().status().isFinal()
                ? row.attempt().awaited()
                : row.attempt());
    }

    private History history(Function<AttemptRow, Attempt> view) {
        Map<TaskName, Integer> highestIdx = new HashMap<>();
        List<Attempt> counting = new ArrayList<>();
        for (AttemptRow row : attempts.values()) {
            if (row.attempt().generation() < floor) {
                highestIdx.merge(row.attempt().task(), row.attempt().idx(), Math::max);
            } else {
                counting.add(view.apply(row));
            }
        }
        return new History(counting, highestIdx);
    }

    /** The newest data for each task, at or above the floor. */
    public Map<TaskName, JsonNode> signals() {
        Map<TaskName, JsonNode> newest = new TreeMap<>();
        deliveries.stream()
                .filter(delivery -> delivery.generation() >= floor)
                .forEach(delivery -> newest.put(delivery.task(), delivery.data()));
        return newest;
    }
}
