package dev.reflow.execution;

import static dev.reflow.execution.ActionOutcome.ABSENT;
import static dev.reflow.execution.ActionOutcome.AGES;
import static dev.reflow.execution.ActionOutcome.HIDES;
import static dev.reflow.execution.ActionOutcome.NOTES;
import static dev.reflow.execution.ActionOutcome.NOTHING;
import static dev.reflow.execution.ActionOutcome.REFUSED;
import static dev.reflow.execution.ActionOutcome.RUNS;
import static dev.reflow.execution.ActionOutcome.STOPS;
import static dev.reflow.execution.ActionOutcome.WAITS;

import java.util.function.Function;

/**
 * What a caller can have done to an execution, and what comes of it by the execution's status. The table is for people:
 * what decides is what the status stands for, such as whether the newest generation is active.
 */
public enum ExecutionAction {
    EXECUTE("execute", 204, "A `409` while a task with `\"interruptible\": false` runs.", Row::execute),
    EXECUTE_STALE("execute stale-only", 204, "A `409` like a full one.", Row::executeStale),
    CANCEL(
            "cancel",
            204,
            "Stops what runs, a task with `\"interruptible\": false` too. The execution becomes `cancelled` by itself.",
            Row::cancel),
    DELETE(
            "delete",
            204,
            "What runs goes on to its end, and nobody can cancel it any more. What waits for room or data is cancelled.",
            Row::delete),
    EDIT(
            "edit",
            200,
            "Shown for a result that others are made from; where nothing is, `edited` takes the place of `stale`. A task"
                    + " that the active generation has yet to settle is a `409`. With `execute_flow=true` it is not, and"
                    + " the execution becomes `running`.",
            Row::edit),
    MARK(
            "mark",
            200,
            "Shown for a result that is `consistent`; otherwise like an edit of a result that others are made from.",
            Row::mark),
    REPORT(
            "report",
            201,
            "Shown for a task that the generation has yet to settle; another is a `409`. An ended attempt's report can be"
                    + " repeated as long as the generation is active, which changes nothing.",
            Row::report),
    SIGNAL(
            "signal",
            200,
            "Shown for new data to a task that has not ended; afterwards it is a `409`. The same data again is a `200`"
                    + " that changes nothing, even after the execution's end.",
            Row::signal),
    TASK_STATUS(
            "task-status",
            200,
            "Shown for a task that waits. Said of tasks that do not wait, it leaves `awaiting_input` for `running` once"
                    + " nothing waits any more, and moves no other status.",
            Row::taskStatus);

    private final String title;
    private final int answer;
    private final String remark;
    private final Function<Row, ActionOutcome> column;

    ExecutionAction(String title, int answer, String remark, Function<Row, ActionOutcome> column) {
        this.title = title;
        this.answer = answer;
        this.remark = remark;
        this.column = column;
    }

    public String title() {
        return title;
    }

    /** The HTTP status of an accepted action. */
    public int answer() {
        return answer;
    }

    /** What the table supposes, and what happens otherwise; in Markdown. */
    public String remark() {
        return remark;
    }

    /** What comes of the action while the execution has that status. */
    public ActionOutcome on(ExecutionStatus status) {
        return column.apply(row(status));
    }

    private record Row(
            ActionOutcome execute,
            ActionOutcome executeStale,
            ActionOutcome cancel,
            ActionOutcome delete,
            ActionOutcome edit,
            ActionOutcome mark,
            ActionOutcome report,
            ActionOutcome signal,
            ActionOutcome taskStatus) {}

    // spotless:off
    private static Row row(ExecutionStatus status) {
        return switch (status) {
            //                                execute  stale    cancel   delete   edit     mark     report   signal   task-status
            case QUEUED           -> new Row(RUNS,    RUNS,    STOPS,   HIDES,   REFUSED, REFUSED, NOTES,   NOTES,   NOTES);
            case RUNNING          -> new Row(RUNS,    RUNS,    STOPS,   HIDES,   NOTES,   NOTES,   NOTES,   NOTES,   WAITS);
            case AWAITING_INPUT   -> new Row(RUNS,    RUNS,    STOPS,   HIDES,   NOTES,   NOTES,   RUNS,    RUNS,    NOTES);
            case CANCEL_REQUESTED -> new Row(RUNS,    RUNS,    NOTES,   HIDES,   NOTES,   NOTES,   NOTES,   NOTES,   NOTES);
            case COMPLETED        -> new Row(RUNS,    RUNS,    NOTHING, HIDES,   AGES,    AGES,    REFUSED, REFUSED, NOTES);
            case FAILED           -> new Row(RUNS,    RUNS,    NOTHING, HIDES,   AGES,    AGES,    REFUSED, REFUSED, NOTES);
            case STALE            -> new Row(RUNS,    RUNS,    NOTHING, HIDES,   AGES,    AGES,    REFUSED, REFUSED, NOTES);
            case EDITED           -> new Row(RUNS,    RUNS,    NOTHING, HIDES,   AGES,    AGES,    REFUSED, REFUSED, NOTES);
            case CANCELLED        -> new Row(RUNS,    RUNS,    NOTHING, HIDES,   AGES,    AGES,    REFUSED, REFUSED, NOTES);
            case DELETED          -> new Row(ABSENT,  ABSENT,  ABSENT,  NOTHING, ABSENT,  ABSENT,  ABSENT,  ABSENT,  ABSENT);
        };
    }
    // spotless:on
}
