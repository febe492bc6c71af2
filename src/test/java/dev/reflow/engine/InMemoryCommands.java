package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.CommandStore.CancelOutcome;
import dev.reflow.engine.CommandStore.Cancellation;
import dev.reflow.engine.CommandStore.ReExecution;
import dev.reflow.engine.CommandStore.ReExecutionOutcome;
import dev.reflow.engine.CommandStore.StartRequest;
import dev.reflow.engine.ExecutionRow.AttemptRow;
import dev.reflow.engine.ExecutionRow.Delivery;
import dev.reflow.engine.ExecutionRow.GenerationRow;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.EditedStatus;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Mode;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.execution.TaskExecution;
import dev.reflow.execution.TaskReport;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** What clients want of executions, as the functions of the database do it, over rows in memory. */
public final class InMemoryCommands {
    private static final OrganizationId ORGANIZATION = new OrganizationId(new UUID(0, 0));

    private final Tables tables;

    public InMemoryCommands(Tables tables) {
        this.tables = tables;
    }

    public Optional<Fence> start(StartRequest request, String key, Optional<NodeId> owner) {
        ExecutionRow row = new ExecutionRow(request.execution(), request.flow(), request.input(), request.inputTask());
        row.version = request.version();
        if (tables.hasRoom() && !tables.hasQueue()) {
            row.owner = owner.orElse(null);
            row.wakeAt = tables.now();
        } else {
            row.status = ExecutionStatus.QUEUED;
            row.queuedAt = tables.now();
        }
        row.generations.add(new GenerationRow(1, Mode.FIRST, row.version, row.version, key));
        tables.add(row);
        return fence(row);
    }

    private static Optional<Fence> fence(ExecutionRow row) {
        return Optional.ofNullable(row.owner).map(owner -> new Fence(row.id, row.generation, row.lease, owner));
    }

    public ReExecution reExecute(FlowExecutionId execution, Mode mode, String key, Optional<NodeId> owner) {
        ExecutionRow row = tables.require(execution);
        Optional<GenerationRow> used = row.generations.stream()
                .filter(generation -> generation.key.equals(key))
                .findFirst();
        if (used.isPresent()) {
            boolean same = used.get().mode == mode;
            return refused(
                    same ? ReExecutionOutcome.REPLAYED : ReExecutionOutcome.OTHER_MODE, used.get().number, List.of());
        }
        if (row.active
                && !row.uninterruptible.isEmpty()
                && row.owner != null
                && tables.isAlive(row.owner)
                && tables.has(Guard.UNINTERRUPTIBLE)) {
            List<String> running =
                    row.uninterruptible.stream().map(TaskName::value).toList();
            return refused(ReExecutionOutcome.CONFLICT, 0, running);
        }
        boolean interrupted = row.owner != null && !Optional.of(row.owner).equals(owner);
        int from = row.version;
        row.generation++;
        row.floor = mode == Mode.FULL ? row.generation : row.floor;
        row.version = tables.latestVersion(row.flow);
        row.status = ExecutionStatus.RUNNING;
        row.active = true;
        row.cancelRequested = false;
        row.uninterruptible.clear();
        row.revision++;
        row.lease++;
        row.owner = owner.orElse(null);
        row.wakeAt = tables.now();
        row.queuedAt = null;
        row.generations.add(new GenerationRow(row.generation, mode, from, row.version, key));
        return new ReExecution(ReExecutionOutcome.ACCEPTED, row.generation, fence(row), List.of(), interrupted);
    }

    private static ReExecution refused(ReExecutionOutcome outcome, int generation, List<String> running) {
        return new ReExecution(outcome, generation, Optional.empty(), running, false);
    }

    public Cancellation cancel(FlowExecutionId execution) {
        ExecutionRow row = tables.require(execution);
        if (!row.active) {
            return new Cancellation(CancelOutcome.FINISHED, 0);
        }
        row.cancelRequested = true;
        row.status = ExecutionStatus.CANCEL_REQUESTED;
        row.revision++;
        row.wakeAt = tables.now();
        row.queuedAt = null;
        return new Cancellation(CancelOutcome.ACCEPTED, row.generation);
    }

    /** @return whether it was kept */
    public boolean receive(FlowExecutionId execution, TaskName task, JsonNode data) {
        ExecutionRow row = tables.require(execution);
        List<Attempt> attempts = row.attempts.values().stream()
                .map(AttemptRow::attempt)
                .filter(attempt -> attempt.task().equals(task))
                .toList();
        boolean settled = attempts.stream().anyMatch(attempt -> isSettled(row, attempt))
                && attempts.stream().noneMatch(attempt -> isWaiting(row, attempt));
        if (!row.active || settled) {
            return false;
        }
        row.deliveries.add(new Delivery(task, row.generation, data));
        signal(row);
        return true;
    }

    private static boolean isWaiting(ExecutionRow row, Attempt attempt) {
        return attempt.status() == ProcessingStatus.AWAITING_INPUT && attempt.generation() == row.generation;
    }

    private static boolean isSettled(ExecutionRow row, Attempt attempt) {
        return (attempt.status() == ProcessingStatus.COMPLETED && attempt.generation() >= row.floor)
                || (attempt.status() == ProcessingStatus.FAILED
                        && attempt.generation() == row.generation
                        && attempt.wakeAt() == null);
    }

    private void signal(ExecutionRow row) {
        row.revision++;
        if (row.active && row.owner == null && row.queuedAt == null) {
            row.wakeAt = tables.now();
        }
        row.status = row.status == ExecutionStatus.AWAITING_INPUT ? ExecutionStatus.RUNNING : row.status;
    }

    /** @return whether it was accepted */
    public boolean report(FlowExecutionId execution, TaskReport report) {
        ExecutionRow row = tables.require(execution);
        Optional<AttemptRow> before = row.find(report.task(), report.idx());
        try {
            TaskReport.Decision decision = report.decide(new TaskReport.Facts(
                    tables.definition(row.flow, row.version),
                    row.generation,
                    row.active,
                    Optional.ofNullable(row.newest().plan).map(plan -> plan.action(report.task())),
                    row.history(),
                    before.map(attempt -> taskExecution(row, attempt))));
            if (decision.changed()) {
                row.put(reported(row, before, decision));
                signal(row);
            }
            return true;
        } catch (ReflowException refused) {
            return false;
        }
    }

    private AttemptRow reported(ExecutionRow row, Optional<AttemptRow> before, TaskReport.Decision decision) {
        TaskReport report = decision.report();
        Map<TaskName, Consumed> consumed = decision.consumed();
        Attempt attempt = new Attempt(
                before.map(written -> written.attempt().id()).orElseGet(tables::newId),
                report.task(),
                report.idx(),
                before.map(written -> written.attempt().generation()).orElse(row.generation),
                before.map(written -> written.attempt().flowVersion()).orElse(row.version),
                report.status(),
                EditedStatus.NOT_EDITED,
                false,
                0,
                0,
                consumed,
                null,
                0,
                report.status().isFinal()
                        ? null
                        : before.map(written -> written.attempt().wakeAt()).orElse(null),
                report.startedAt());
        String error = Objects.toString(report.error(), null);
        return new AttemptRow(attempt, report.input(), report.output(), error, true, report.completedAt());
    }

    private TaskExecution taskExecution(ExecutionRow row, AttemptRow attempt) {
        Instant now = tables.now();
        return new TaskExecution(
                attempt.attempt(),
                ORGANIZATION,
                row.id,
                attempt.input(),
                attempt.output(),
                null,
                null,
                attempt.completedAt(),
                now,
                now,
                "somebody");
    }
}
