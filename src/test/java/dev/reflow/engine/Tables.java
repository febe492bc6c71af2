package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.ExecutionRow.AttemptRow;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowId;
import dev.reflow.flow.TaskName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of a database in memory, in the order in which their rows came. */
public final class Tables {
    private final InstantSource clock;
    private final @Nullable Integer maxConcurrentExecutions;
    private final Set<Guard> missing;
    private final Map<FlowId, List<Definition>> flows = new LinkedHashMap<>();
    private final Map<FlowExecutionId, ExecutionRow> executions = new LinkedHashMap<>();
    private final Map<NodeId, Node> nodes = new LinkedHashMap<>();
    private long ids;

    private record Node(boolean dead, Instant heartbeatAt) {}

    /**
     * @param maxConcurrentExecutions of the one organization; null for any number
     * @param missing the guards that this database does not have
     */
    public Tables(InstantSource clock, @Nullable Integer maxConcurrentExecutions, Set<Guard> missing) {
        this.clock = clock;
        this.maxConcurrentExecutions = maxConcurrentExecutions;
        this.missing = missing;
    }

    boolean has(Guard guard) {
        return !missing.contains(guard);
    }

    Instant now() {
        return clock.instant();
    }

    UUID newId() {
        return new UUID(1, ++ids);
    }

    public void publish(FlowId flow, Definition definition) {
        flows.computeIfAbsent(flow, id -> new ArrayList<>()).add(definition);
    }

    public int latestVersion(FlowId flow) {
        return flows.get(flow).size();
    }

    public Definition definition(FlowId flow, int version) {
        return flows.get(flow).get(version - 1);
    }

    void add(ExecutionRow row) {
        executions.put(row.id, row);
    }

    public Stream<ExecutionRow> executions() {
        return executions.values().stream();
    }

    public ExecutionRow require(FlowExecutionId id) {
        return executions.get(id);
    }

    JsonNode output(UUID attempt) {
        return executions()
                .flatMap(row -> row.attempts.values().stream())
                .filter(row -> row.attempt().id().equals(attempt))
                .findFirst()
                .orElseThrow()
                .output();
    }

    Optional<Instant> beat(NodeId id) {
        if (isDead(id)) {
            return Optional.empty();
        }
        nodes.put(id, new Node(false, now()));
        return Optional.of(now());
    }

    void declareDead(NodeId id) {
        nodes.computeIfPresent(id, (same, node) -> new Node(true, node.heartbeatAt()));
    }

    Stream<NodeId> nodes() {
        return nodes.keySet().stream();
    }

    boolean isAlive(NodeId id) {
        return nodes.containsKey(id) && !isDead(id);
    }

    boolean isDead(NodeId id) {
        return nodes.containsKey(id) && nodes.get(id).dead();
    }

    boolean isSilent(NodeId id, Duration deadAfter) {
        return isAlive(id) && nodes.get(id).heartbeatAt().isBefore(now().minus(deadAfter));
    }

    void silence(NodeId id, Duration since) {
        nodes.put(id, new Node(false, now().minus(since)));
    }

    boolean hasRoom() {
        return room() > 0;
    }

    boolean hasQueue() {
        return executions().anyMatch(row -> row.queuedAt != null);
    }

    private long room() {
        return maxConcurrentExecutions == null || !has(Guard.ROOM)
                ? Long.MAX_VALUE
                : Math.max(0, maxConcurrentExecutions - running());
    }

    private long running() {
        return executions().filter(row -> row.active && row.queuedAt == null).count();
    }

    boolean promoteQueued() {
        List<ExecutionRow> promoted = executions()
                .filter(row -> row.queuedAt != null)
                .sorted(
                        has(Guard.QUEUE)
                                ? Comparator.comparing(row -> row.queuedAt)
                                : Comparator.comparing((ExecutionRow row) -> row.queuedAt)
                                        .reversed())
                .limit(room())
                .toList();
        promoted.forEach(row -> {
            row.queuedAt = null;
            row.wakeAt = now();
            row.status = row.status == ExecutionStatus.QUEUED ? ExecutionStatus.RUNNING : row.status;
        });
        return hasQueue();
    }

    static Attempt cutOff(Attempt attempt, int generation, Map<TaskName, Consumed> consumed) {
        return copy(attempt, attempt.status(), consumed, generation, attempt.wakeAt());
    }

    static AttemptRow lost(AttemptRow row, String error) {
        Attempt attempt = row.attempt();
        Attempt cancelled = copy(attempt, ProcessingStatus.CANCELLED, attempt.consumed(), attempt.cutOffIn(), null);
        return new AttemptRow(cancelled, row.input(), row.output(), error, row.reported(), row.completedAt());
    }

    private static Attempt copy(
            Attempt attempt,
            ProcessingStatus status,
            Map<TaskName, Consumed> consumed,
            int cutOffIn,
            @Nullable Instant wakeAt) {
        return new Attempt(
                attempt.id(),
                attempt.task(),
                attempt.idx(),
                attempt.generation(),
                attempt.flowVersion(),
                status,
                attempt.edited(),
                attempt.markedStale(),
                attempt.editRevision(),
                attempt.editedIn(),
                consumed,
                attempt.fingerprint(),
                cutOffIn,
                wakeAt,
                attempt.startedAt());
    }
}
