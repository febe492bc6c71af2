package dev.reflow.execution;

import static dev.reflow.support.Attempts.completed;
import static dev.reflow.support.Attempts.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.support.Attempts;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.RecordingTaskExecutor;
import dev.reflow.task.TaskExecutors;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlannerTest {
    private static final TaskExecutors EXECUTORS = new TaskExecutors(List.of(
            RecordingTaskExecutor.input("start"),
            RecordingTaskExecutor.echo("echo"),
            RecordingTaskExecutor.neverReused("dice")));
    /** in -> left -> join, in -> right -> join, and a task apart. */
    private static final Definition DIAMOND = diamond("{'a': '{{in.output}}'}", "echo");

    private static Definition diamond(String left, String leftExecutor) {
        return FlowBuilder.flow()
                .task("in", "start", "{}")
                .task("left", leftExecutor, left)
                .task("right", "echo", "{'a': '{{in.output}}'}")
                .task("join", "echo", "{'l': '{{left.output}}', 'r': '{{right.output}}'}")
                .task("apart", "echo", "{'a': 1}")
                .definition();
    }

    private static List<Attempt> done() {
        return attempts(
                completed("in"),
                completed("left").consumed("in", 0, 0),
                completed("right").consumed("in", 0, 0),
                completed("join").consumed("left", 0, 0).consumed("right", 0, 0),
                completed("apart"));
    }

    private static List<Attempt> attempts(Attempts... attempts) {
        return Stream.of(attempts).map(Attempts::attempt).toList();
    }

    private static Plan plan(Mode mode, Definition target, Definition from, List<Attempt> before, Attempts... more) {
        History history = new History(before, Map.of());
        Stream.of(more).map(Attempts::attempt).forEach(history::add);
        return Planner.plan(
                EXECUTORS,
                mode,
                Planner.Facts.of(EXECUTORS, target, 1, Map.of(1, from, 2, target), history, new TaskName("in")));
    }

    private static Plan staleOnly(List<Attempt> before, Attempts... more) {
        return plan(Mode.STALE_ONLY, DIAMOND, DIAMOND, before, more);
    }

    private static void assertPlan(Plan plan, String... expected) {
        assertThat(plan.tasks())
                .extracting(task -> task.task() + " " + task.action().code() + " "
                        + task.reasons().get(0).code().code())
                .containsExactlyInAnyOrder(expected);
    }

    @Test
    void fullRunsEverything() {
        assertPlan(
                plan(Mode.FULL, DIAMOND, DIAMOND, done()),
                "in run full",
                "left run full",
                "right run full",
                "join run full",
                "apart run full");
    }

    @Test
    void staleOnlyReusesWhatIsConsistent() {
        Plan plan = staleOnly(done());
        assertThat(plan.changesNothing()).isTrue();
        assertPlan(
                plan,
                "in reuse unchanged",
                "left reuse unchanged",
                "right reuse unchanged",
                "join reuse unchanged",
                "apart reuse unchanged");
    }

    @Test
    void markedTaskRunsAndDescendantsFollowIfChanged() {
        assertPlan(
                staleOnly(done(), completed("left").consumed("in", 0, 0).marked()),
                "in reuse unchanged",
                "left run marked_stale",
                "right reuse unchanged",
                "join run_if_changed upstream_runs",
                "apart reuse unchanged");
    }

    @Test
    void editStandsAndReachesWhatConsumedTheResultBefore() {
        assertPlan(
                staleOnly(done(), completed("left").consumed("in", 0, 0).edited(1)),
                "in reuse unchanged",
                "left reuse edited",
                "right reuse unchanged",
                "join run_if_changed upstream_changed",
                "apart reuse unchanged");
    }

    @Test
    void editStandsEvenBelowSomethingThatRuns() {
        assertPlan(
                staleOnly(
                        done(),
                        completed("in").marked(),
                        completed("left").consumed("in", 0, 0).edited(1)),
                "in run marked_stale",
                "left reuse edited",
                "right run_if_changed upstream_runs",
                "join run_if_changed upstream_runs",
                "apart reuse unchanged");
    }

    @Test
    void markOverridesEdit() {
        Plan plan = staleOnly(
                done(), completed("left").consumed("in", 0, 0).edited(1).marked());
        assertThat(plan.action(new TaskName("left"))).isEqualTo(Action.RUN);
    }

    @Test
    void failedTaskAndWhatNeverRanBelowItRun() {
        assertPlan(
                staleOnly(attempts(
                        completed("in"),
                        failed("left").consumed("in", 0, 0),
                        completed("right").consumed("in", 0, 0),
                        completed("apart"))),
                "in reuse unchanged",
                "left run failed",
                "right reuse unchanged",
                "join run never_completed",
                "apart reuse unchanged");
    }

    @Test
    void resultBeforeAFailureDoesNotCount() {
        assertPlan(
                staleOnly(done(), failed("left").idx(1).generation(2)),
                "in reuse unchanged",
                "left run failed",
                "right reuse unchanged",
                "join run_if_changed upstream_runs",
                "apart reuse unchanged");
    }

    @Test
    void unfinishedAttemptRunsAgain() {
        Plan plan = staleOnly(done(), completed("apart").idx(1).status(ProcessingStatus.RUNNING));
        assertThat(plan.tasks())
                .filteredOn(task -> task.task().value().equals("apart"))
                .extracting(task -> task.reasons().get(0).code())
                .containsExactly(Reason.Code.NEVER_COMPLETED);
    }

    @ParameterizedTest
    @EnumSource(
            value = ProcessingStatus.class,
            names = {"CANCELLED", "CANCEL_REQUESTED"})
    void cancelledAttemptRunsAgain(ProcessingStatus status) {
        Plan plan = staleOnly(done(), completed("apart").idx(1).status(status));
        assertThat(plan.tasks())
                .filteredOn(task -> task.task().value().equals("apart"))
                .containsExactly(new TaskPlan(new TaskName("apart"), Action.RUN, Reason.of(Reason.Code.CANCELLED)));
    }

    @Test
    void changedParametersAreNamed() {
        Definition changed = diamond("{'a': '{{in.output}}', 'rate': 19, 'x': 1}", "echo");
        Definition before = diamond("{'a': '{{in.output}}', 'rate': 7, 'x': 1.0}", "echo");
        Plan plan = plan(Mode.STALE_ONLY, changed, before, done());
        assertThat(plan.tasks().get(1).reasons())
                .containsExactly(new Reason(Reason.Code.DEFINITION_CHANGED, List.of("rate")));
        assertThat(plan.action(new TaskName("join"))).isEqualTo(Action.RUN_IF_CHANGED);
        assertThat(plan.action(new TaskName("right"))).isEqualTo(Action.REUSE);
    }

    @Test
    void resultWhoseReferenceNowMeansAnotherTaskIsNotTakenForUnchanged() {
        Definition before = FlowBuilder.flow()
                .task("a", "echo", "{'b': {'c': 1}}")
                .task("a.b", "echo", "{'c': 2}")
                .task("end", "echo", "{'x': '{{a.b.c}}', 'y': '{{a.output}}'}")
                .definition();
        Definition after = FlowBuilder.flow()
                .task("a", "echo", "{'b': {'c': 1}}")
                .task("end", "echo", "{'x': '{{a.b.c}}', 'y': '{{a.output}}'}")
                .definition();
        Attempts end = completed("end").consumed("a", 0, 0).consumed("a.b", 0, 0);
        Plan plan = plan(Mode.STALE_ONLY, after, before, attempts(completed("a"), completed("a.b"), end));
        assertThat(plan.tasks().get(1))
                .isEqualTo(new TaskPlan(
                        new TaskName("end"),
                        Action.RUN_IF_CHANGED,
                        new Reason(Reason.Code.UPSTREAM_CHANGED, List.of("a.b"))));
    }

    @Test
    void titleIsNoChange() {
        Definition before = FlowBuilder.flow()
                .task("in", "start", "{}", task -> task.put("task_title", "one"))
                .definition();
        Definition after = FlowBuilder.flow()
                .task("in", "start", "{}", task -> task.put("task_title", "two"))
                .definition();
        assertThat(plan(Mode.STALE_ONLY, after, before, attempts(completed("in")))
                        .changesNothing())
                .isTrue();
    }

    @Test
    void newTaskRunsAndRemovedTaskIsDropped() {
        Definition before = FlowBuilder.flow()
                .task("in", "start", "{}")
                .task("old", "echo", "{}")
                .definition();
        Definition after = FlowBuilder.flow()
                .task("in", "start", "{}")
                .task("new", "echo", "{}")
                .definition();
        assertPlan(
                plan(Mode.STALE_ONLY, after, before, attempts(completed("in"), completed("old"))),
                "in reuse unchanged",
                "new run new_in_version",
                "old drop removed_in_version");
    }

    @Test
    void executorThatIsNeverReusedRunsOnceSomethingUpstreamDoes() {
        Definition dice = diamond("{'a': '{{in.output}}'}", "dice");
        assertThat(plan(Mode.STALE_ONLY, dice, dice, done()).changesNothing()).isTrue();
        Plan plan = plan(Mode.STALE_ONLY, dice, dice, done(), completed("in").marked());
        assertThat(plan.tasks().get(1))
                .isEqualTo(new TaskPlan(
                        new TaskName("left"), Action.RUN, new Reason(Reason.Code.NEVER_REUSED, List.of("in"))));
    }

    @Test
    void onlyTheTriggeredInputTaskAndWhatFollowsItRun() {
        Definition twoInputs = FlowBuilder.flow()
                .task("in", "start", "{}")
                .task("other", "start", "{}")
                .task("a", "echo", "{'x': '{{in.output}}'}")
                .task("b", "echo", "{'x': '{{other.output}}'}")
                .definition();
        assertPlan(
                plan(Mode.FIRST, twoInputs, twoInputs, List.of()),
                "in run full",
                "other drop not_triggered",
                "a run full",
                "b drop not_triggered");
    }
}
