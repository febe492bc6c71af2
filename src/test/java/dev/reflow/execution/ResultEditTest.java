package dev.reflow.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResultEditTest {
    private static final List<TaskSpec> FLOW = List.of(task("in", "start"), task("a", "sum", "in.v"));
    private static final Instant UPDATED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Course NOT_EVEN_BEGUN = new Course(0, Set.of(), Set.of(), Set.of(), List.of(), 0);

    @Test
    void anotherOutputIsAnEdit() {
        World world = completed();
        ResultEdit.Decision decision = decide(world, current(world, "a"), FakeWork.of(3), StaleStatus.CONSISTENT);

        assertThat(decision.changed()).isTrue();
        assertThat(decision.output()).isEqualTo(FakeWork.of(3));
        assertThat(decision.status()).isEqualTo(ExecutionStatus.EDITED);
        assertThat(decision.attempt().edited()).isEqualTo(EditedStatus.EDITED_NOT_REEXECUTED);
        assertThat(decision.attempt().editRevision()).isEqualTo(1);
        assertThat(decision.attempt().editedIn()).isEqualTo(1);
        assertThat(decision.attempt().markedStale()).isFalse();
    }

    @Test
    void editOfWhatOthersConsumedMakesThemStale() {
        World world = completed();

        assertThat(decide(world, current(world, "in"), FakeWork.of(3), StaleStatus.CONSISTENT)
                        .status())
                .isEqualTo(ExecutionStatus.STALE);
    }

    @Test
    void editMakesAResultOfAFailure() {
        World world = new World(FLOW, new World.Watcher() {})
                .start(new Course(0, Set.of("a"), Set.of(), Set.of(), List.of(), Course.NEVER));
        Attempt failed = world.history().newest(new TaskName("a")).orElseThrow();
        assertThat(failed.status()).isEqualTo(ProcessingStatus.FAILED);

        ResultEdit edit = new ResultEdit(FakeWork.of(3), StaleStatus.CONSISTENT, null, false);
        Attempt after = edit.decide(FakeWork.EXECUTORS, world.facts(), sent(failed, NullNode.getInstance()))
                .attempt();
        assertThat(after.status()).isEqualTo(ProcessingStatus.COMPLETED);
        assertThat(after.edited()).isEqualTo(EditedStatus.EDITED_NOT_REEXECUTED);
    }

    @Test
    void staleInsteadOfConsistentIsAMark() {
        World world = completed();
        Attempt before = current(world, "in");
        ResultEdit.Decision decision = decide(world, before, world.output(before.id()), StaleStatus.STALE);

        assertThat(decision.changed()).isTrue();
        assertThat(decision.status()).isEqualTo(ExecutionStatus.STALE);
        assertThat(decision.attempt().markedStale()).isTrue();
        assertThat(decision.attempt().edited()).isEqualTo(EditedStatus.NOT_EDITED);
        assertThat(decision.attempt().editRevision()).isZero();
        assertThat(decision.attempt().editedIn()).isZero();
    }

    @Test
    void consistentInsteadOfMarkedTakesTheMarkBack() {
        World world = completed();
        world.happen(new Happening.Mark("in"));
        Attempt before = current(world, "in");
        ResultEdit.Decision decision = decide(world, before, world.output(before.id()), StaleStatus.CONSISTENT);

        assertThat(decision.changed()).isTrue();
        assertThat(decision.status()).isEqualTo(ExecutionStatus.COMPLETED);
        assertThat(decision.attempt().markedStale()).isFalse();
    }

    @Test
    void whatIsSentBackAsItWasShownChangesNothing() {
        World world = completed();
        world.happen(new Happening.Mark("in"));
        Attempt marked = current(world, "in");
        Attempt below = current(world, "a");

        ResultEdit.Decision decision = decide(world, marked, world.output(marked.id()), StaleStatus.STALE);
        assertThat(decision.changed()).isFalse();
        assertThat(decision.attempt()).isEqualTo(marked);
        assertThat(decision.status()).isEqualTo(ExecutionStatus.STALE);
        assertThat(decide(world, below, world.output(below.id()), StaleStatus.STALE)
                        .changed())
                .isFalse();
    }

    @Test
    void staleThatFollowsFromOthersCannotBeTakenBack() {
        World world = completed();
        world.happen(new Happening.Mark("in"));
        Attempt below = current(world, "a");

        assertThat(decide(world, below, world.output(below.id()), StaleStatus.CONSISTENT)
                        .changed())
                .isFalse();
    }

    @Test
    void whoSawAnOlderStateIsRefused() {
        World world = completed();
        Attempt before = current(world, "a");

        assertThat(conflict(world, before, UPDATED.minusMillis(1)))
                .hasMessage("The task execution was changed since it was read; read it again");
        for (Instant seen : List.of(UPDATED, UPDATED.plusMillis(1))) {
            ResultEdit edit = new ResultEdit(FakeWork.of(3), StaleStatus.CONSISTENT, seen, false);
            assertThat(edit.decide(FakeWork.EXECUTORS, world.facts(), sent(before, world.output(before.id())))
                            .changed())
                    .isTrue();
        }
    }

    @Test
    void attemptThatIsHistoryIsRefused() {
        World world = completed();
        Attempt first = current(world, "a");
        world.execute(Mode.FULL, Course.SMOOTH);

        assertThat(conflict(world, first, null)).hasMessage("A later attempt of the task counts, this one is history");
    }

    @Test
    void taskThatAGenerationHasYetToSettleIsRefused() {
        World world = completed();
        world.happen(new Happening.Mark("in"));
        world.execute(Mode.STALE_ONLY, NOT_EVEN_BEGUN);
        assertThat(world.isActive()).isTrue();

        ReflowException conflict = conflict(world, current(world, "a"), null);
        assertThat(conflict).hasMessageStartingWith("The running execution has yet to settle this task");
        assertThat(conflict.details()).hasToString("[{\"task_name\":\"a\"}]");
    }

    @Test
    void taskThatAGenerationHasYetToSettleIsEditedByWhoReplacesTheGeneration() {
        World world = completed();
        world.happen(new Happening.Mark("in"));
        world.execute(Mode.STALE_ONLY, NOT_EVEN_BEGUN);
        Attempt before = current(world, "a");
        ResultEdit edit = new ResultEdit(FakeWork.of(3), StaleStatus.CONSISTENT, null, true);

        assertThat(edit.decide(FakeWork.EXECUTORS, world.facts(), sent(before, world.output(before.id())))
                        .changed())
                .isTrue();
    }

    @Test
    void markThatIsTakenBackLeavesNothingBehind() {
        World world = completed();
        world.happen(new Happening.Mark("in"));
        assertThat(world.status()).isEqualTo(ExecutionStatus.STALE);
        world.happen(new Happening.Unmark("in"));
        assertThat(world.status()).isEqualTo(ExecutionStatus.COMPLETED);
    }

    @Test
    void markThatIsTakenBackLeavesACancelledExecutionCancelled() {
        World world = new World(FLOW, new World.Watcher() {})
                .start(new Course(0, Set.of(), Set.of(), Set.of(), List.of(), 1));
        world.happen(new Happening.Cancel());
        assertThat(world.status()).isEqualTo(ExecutionStatus.CANCELLED);
        world.happen(new Happening.Mark("in"));
        assertThat(world.status()).isEqualTo(ExecutionStatus.STALE);
        world.happen(new Happening.Unmark("in"));
        assertThat(world.status()).isEqualTo(ExecutionStatus.CANCELLED);
    }

    @Test
    void markThatIsTakenBackLeavesAnEditThatNothingHasUsed() {
        World world = completed();
        world.happen(new Happening.Edit("a", 3));
        world.happen(new Happening.Mark("in"));
        world.happen(new Happening.Unmark("in"));
        assertThat(world.status()).isEqualTo(ExecutionStatus.EDITED);
    }

    @Test
    void editStaysUsedByAGenerationDuringWhichItWasMarkedForAMoment() {
        World world = completed();
        world.happen(new Happening.Edit("a", 3));
        world.happen(new Happening.Mark("in"));
        world.execute(Mode.STALE_ONLY, meanwhile(new Happening.Mark("a"), new Happening.Unmark("a")));
        assertThat(world.status()).isEqualTo(ExecutionStatus.COMPLETED);
        assertThat(world.attempts())
                .filteredOn(attempt -> attempt.task().value().equals("a"))
                .extracting(Attempt::edited)
                .containsExactly(EditedStatus.EDITED_REEXECUTED);
    }

    @Test
    void editDuringAGenerationThatDidNotSeeItIsSaidAtTheEnd() {
        World world = completed();
        world.happen(new Happening.Mark("in"));
        world.execute(Mode.STALE_ONLY, meanwhile(new Happening.Edit("a", 3)));
        assertThat(world.status()).isEqualTo(ExecutionStatus.COMPLETED); // refused: it had yet to settle the task
        world.happen(new Happening.Edit("a", 3));
        world.happen(new Happening.Mark("in"));
        world.execute(Mode.STALE_ONLY, meanwhile(new Happening.Edit("a", 4)));
        assertThat(world.status()).isEqualTo(ExecutionStatus.EDITED);
    }

    private static TaskSpec task(String name, String executor, String... references) {
        return new TaskSpec(name, name, executor, "1", List.of(references), List.of(), Set.of(), false);
    }

    private static World completed() {
        return new World(FLOW, new World.Watcher() {}).start(Course.SMOOTH);
    }

    private static Course meanwhile(Happening... happenings) {
        return new Course(
                0,
                Set.of(),
                Set.of(),
                Set.of(),
                Stream.of(happenings)
                        .map(happening -> new Course.Meanwhile(0, happening))
                        .toList(),
                Course.NEVER);
    }

    private static Attempt current(World world, String task) {
        return world.history().current(new TaskName(task)).orElseThrow();
    }

    private static ResultEdit.Decision decide(World world, Attempt before, JsonNode output, StaleStatus stale) {
        return new ResultEdit(output, stale, null, false)
                .decide(FakeWork.EXECUTORS, world.facts(), sent(before, world.output(before.id())));
    }

    private static ReflowException conflict(World world, Attempt before, @Nullable Instant seen) {
        ResultEdit edit = new ResultEdit(FakeWork.of(3), StaleStatus.CONSISTENT, seen, false);
        ReflowException refused = catchThrowableOfType(
                ReflowException.class,
                () -> edit.decide(FakeWork.EXECUTORS, world.facts(), sent(before, world.output(before.id()))));
        assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
        return refused;
    }

    private static TaskExecution sent(Attempt attempt, JsonNode output) {
        UUID nobody = new UUID(0, 0);
        return new TaskExecution(
                attempt,
                new OrganizationId(nobody),
                new FlowExecutionId(nobody),
                null,
                output,
                null,
                null,
                null,
                UPDATED,
                UPDATED,
                "somebody");
    }
}
