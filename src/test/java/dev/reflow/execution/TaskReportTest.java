package dev.reflow.execution;

import static dev.reflow.support.Attempts.completed;
import static dev.reflow.support.Attempts.failed;
import static dev.reflow.support.FlowBuilder.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import dev.reflow.support.Attempts;
import dev.reflow.support.FlowBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskReportTest {
    private static final int GENERATION = 3;
    private static final Instant THEN = Instant.parse("2030-01-01T00:00:00Z");
    private static final Definition DEFINITION = FlowBuilder.flow()
            .task("in", "any", "{}")
            .task("work", "any", "{'a': '{{in.output}}'}")
            .definition();
    private static final Attempts IN = completed("in").idx(4).edited(2).generation(2);

    private static TaskReport report(int idx, ProcessingStatus status, @Nullable String output) {
        return new TaskReport(
                new TaskName("work"), idx, status, null, output == null ? null : json(output), null, null, THEN, null);
    }

    private static TaskReport.Facts facts(
            boolean active, @Nullable Action planned, Optional<TaskExecution> before, Attempts... attempts) {
        List<Attempt> known = Stream.concat(
                        Stream.of(attempts).map(Attempts::attempt),
                        before.stream().map(TaskExecution::attempt))
                .toList();
        return new TaskReport.Facts(
                DEFINITION, GENERATION, active, Optional.ofNullable(planned), new History(known, Map.of()), before);
    }

    private static TaskReport.Facts facts(Attempts... attempts) {
        return facts(true, Action.RUN, Optional.empty(), attempts);
    }

    private static TaskReport.Facts after(Attempts before, @Nullable JsonNode output, Attempts... others) {
        TaskExecution task = new TaskExecution(
                before.generation(GENERATION).attempt(),
                new OrganizationId(UUID.randomUUID()),
                new FlowExecutionId(UUID.randomUUID()),
                json("{'n': 1}"),
                output,
                null,
                null,
                THEN,
                THEN,
                THEN,
                "worker");
        return facts(true, Action.RUN, Optional.of(task), others);
    }

    private static void assertRefused(TaskReport report, TaskReport.Facts facts, String message) {
        assertThatThrownBy(() -> report.decide(facts)).isInstanceOfSatisfying(ReflowException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
            assertThat(refused).hasMessageContaining(message);
        });
    }

    @Test
    void newAttemptConsumesTheResultsOfItsDependencies() {
        TaskReport.Decision decision = report(0, ProcessingStatus.RUNNING, null)
                .decide(facts(completed("in").generation(2), IN));
        assertThat(decision.changed()).isTrue();
        assertThat(decision.consumed()).containsExactly(Map.entry(new TaskName("in"), new Consumed(4, 2)));
    }

    @Test
    void attemptThatRunsKeepsWhatItHasConsumed() {
        Attempts running = completed("work").status(ProcessingStatus.RUNNING).consumed("in", 1, 0);
        Attempts queued = completed("work").status(ProcessingStatus.QUEUED).consumed("in", 1, 0);
        TaskReport done = report(0, ProcessingStatus.COMPLETED, "7");
        assertThat(done.decide(after(running, null, IN)).consumed()).containsValue(new Consumed(1, 0));
        assertThat(done.decide(after(queued, null, IN)).consumed()).containsValue(new Consumed(4, 2));
        Attempts before = completed("work").status(ProcessingStatus.RUNNING);
        assertThat(done.decide(after(before, null, IN)).consumed()).containsValue(new Consumed(4, 2));
    }

    @Test
    void whatIsNotSaidStaysAsItWas() {
        TaskReport after = report(0, ProcessingStatus.COMPLETED, "7")
                .decide(after(completed("work").status(ProcessingStatus.RUNNING), null))
                .report();
        assertThat(after.input()).isEqualTo(json("{'n': 1}"));
        assertThat(after.output()).isEqualTo(json("7"));
        assertThat(after.startedAt()).isEqualTo(THEN);
    }

    @Test
    void completedAttemptHasAnOutputAndNoError() {
        TaskReport report = new TaskReport(
                new TaskName("work"),
                0,
                ProcessingStatus.COMPLETED,
                null,
                null,
                json("{'message': 'x'}"),
                null,
                null,
                null);
        TaskReport after = report.decide(facts()).report();
        assertThat(after.output()).isEqualTo(NullNode.instance);
        assertThat(after.error()).isNull();
    }

    @Test
    void attemptThatHasEndedCanBeReportedAgainButNotOtherwise() {
        TaskReport.Facts facts = after(completed("work"), json("{'a': 1.0}"));
        TaskReport same = new TaskReport(
                new TaskName("work"), 0, ProcessingStatus.COMPLETED, null, json("{'a': 1}"), null, null, null, THEN);
        assertThat(same.decide(facts).changed()).isFalse();
        assertRefused(report(0, ProcessingStatus.COMPLETED, "2"), facts, "repeated");
        assertRefused(report(0, ProcessingStatus.FAILED, null), facts, "repeated");
        assertRefused(report(0, ProcessingStatus.RUNNING, null), facts, "repeated");
    }

    @Test
    void taskWithAResultOfThisGenerationIsSettled() {
        assertRefused(
                report(1, ProcessingStatus.RUNNING, null),
                facts(completed("work").generation(GENERATION)),
                "Another attempt");
        assertThat(report(1, ProcessingStatus.RUNNING, null)
                        .decide(facts(completed("work").generation(GENERATION - 1)))
                        .changed())
                .isTrue();
        assertThat(report(1, ProcessingStatus.RUNNING, null)
                        .decide(facts(failed("work").generation(GENERATION)))
                        .changed())
                .isTrue();
    }

    @Test
    void taskThatIsNotRunInThisGenerationCannotBeReported() {
        TaskReport report = report(1, ProcessingStatus.COMPLETED, "1");
        assertRefused(report, facts(true, Action.REUSE, Optional.empty(), completed("work")), "keeps");
        assertRefused(report, facts(true, Action.DROP, Optional.empty()), "not part");
        assertThat(report.decide(facts(true, Action.RUN_IF_CHANGED, Optional.empty(), completed("work")))
                        .changed())
                .isTrue();
        assertThat(report.decide(facts(true, null, Optional.empty())).changed()).isTrue();
    }

    @Test
    void attemptsAreCountedUpward() {
        TaskReport.Facts facts = facts(failed("work").idx(2).generation(GENERATION));
        assertRefused(report(1, ProcessingStatus.RUNNING, null), facts, "later attempt");
        assertThat(report(3, ProcessingStatus.RUNNING, null).decide(facts).changed())
                .isTrue();
        assertRefused(
                report(0, ProcessingStatus.COMPLETED, "1"),
                after(
                        completed("work").status(ProcessingStatus.RUNNING),
                        null,
                        completed("work").idx(1).generation(GENERATION).status(ProcessingStatus.RUNNING)),
                "later attempt");
    }

    @Test
    void nothingIsSaidOfAGenerationThatHasEnded() {
        TaskReport report = report(0, ProcessingStatus.COMPLETED, "1");
        assertRefused(report, facts(false, Action.RUN, Optional.empty()), "has ended");
        TaskExecution old = after(completed("work").status(ProcessingStatus.RUNNING), null)
                .before()
                .orElseThrow();
        TaskReport.Facts later = new TaskReport.Facts(
                DEFINITION, GENERATION + 1, true, Optional.empty(), new History(List.of(), Map.of()), Optional.of(old));
        assertRefused(report, later, "has ended");
    }

    @Test
    void taskHasToBeOfTheVersion() {
        TaskReport report =
                new TaskReport(new TaskName("nobody"), 0, ProcessingStatus.RUNNING, null, null, null, null, null, null);
        assertThatThrownBy(() -> report.decide(facts()))
                .isInstanceOfSatisfying(
                        ReflowException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.BAD_REQUEST));
    }
}
