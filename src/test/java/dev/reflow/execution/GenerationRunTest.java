package dev.reflow.execution;

import static dev.reflow.support.FlowBuilder.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.flow.TaskName;
import dev.reflow.support.Attempts;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.RecordingTaskExecutor;
import dev.reflow.task.TaskExecutors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GenerationRunTest {
    private static final TaskExecutors EXECUTORS =
            new TaskExecutors(List.of(RecordingTaskExecutor.input("start"), RecordingTaskExecutor.echo("echo")));
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Definition CHAIN = FlowBuilder.flow()
            .task("in", "start", "{}")
            .task("middle", "echo", "{'a': '{{in.a}}'}")
            .task("end", "echo", "{'m': '{{middle.output}}'}")
            .task("side", "echo", "{'b': '{{in.b}}'}")
            .definition();

    private final Map<UUID, JsonNode> outputs = new HashMap<>();

    private static Planner.Facts facts(Definition definition, List<Attempt> attempts) {
        return Planner.Facts.of(
                EXECUTORS, definition, 1, Map.of(1, definition), new History(attempts, Map.of()), new TaskName("in"));
    }

    private GenerationRun run(int generation, Mode mode, Definition definition, List<Attempt> attempts) {
        Plan plan = Planner.plan(EXECUTORS, mode, facts(definition, attempts));
        return resume(generation, plan, definition, attempts);
    }

    private GenerationRun resume(int generation, Plan plan, Definition definition, List<Attempt> attempts) {
        return resume(generation, plan, definition, attempts, List.of());
    }

    private GenerationRun resume(
            int generation, Plan plan, Definition definition, List<Attempt> attempts, List<Attempt> edits) {
        GenerationRun run = new GenerationRun(
                EXECUTORS,
                new GenerationRun.Facts(generation, 1, plan, facts(definition, attempts), edits, Map.of(), false));
        run.provide(outputs);
        return run;
    }

    private Attempt result(Attempts attempt, String output) {
        Attempt result = attempt.attempt();
        outputs.put(result.id(), json(output));
        return result;
    }

    private static FlowTask task(String name) {
        return CHAIN.find(new TaskName(name)).orElseThrow();
    }

    private static List<String> describe(List<Effect> effects) {
        List<String> lines = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.RunTask run) {
                lines.add("run " + run.start().task().name() + "#" + run.start().idx() + " "
                        + run.start().parameters());
            } else if (effect instanceof Effect.FailTask fail) {
                lines.add("fail " + fail.start().task().name());
            } else if (effect instanceof Effect.CutOff cutOff) {
                lines.add("keep " + cutOff.task().name());
            } else if (effect instanceof Effect.Park park) {
                lines.add("park " + park.until());
            } else if (effect instanceof Effect.Finish finish) {
                lines.add("finish " + finish.reason().code() + " "
                        + finish.status().code());
            }
        }
        return lines;
    }

    private static List<String> completed(GenerationRun run, String task, int idx, String output) {
        return describe(run.apply(new Event.TaskCompleted(task(task), idx, json(output))));
    }

    private static List<String> started(GenerationRun run) {
        return describe(run.apply(new Event.Started(NOW)));
    }

    @Test
    void tasksRunWhenTheirDependenciesAreThere() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        assertThat(started(run)).containsExactly("run in#0 {}");
        assertThat(completed(run, "in", 0, "{'a': 1, 'b': [2]}"))
                .containsExactly("run middle#0 {\"a\":1}", "run side#0 {\"b\":[2]}");
        assertThat(completed(run, "middle", 0, "'x'")).containsExactly("run end#0 {\"m\":\"x\"}");
        assertThat(completed(run, "end", 0, "1")).isEmpty();
        assertThat(completed(run, "side", 0, "2")).containsExactly("finish completed completed");
    }

    @Test
    void failureStopsWhatIsBelowAndNothingElse() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        completed(run, "in", 0, "{'a': 1, 'b': 2}");
        assertThat(run.apply(new Event.TaskFailed(task("middle"), 0, null))).isEmpty();
        assertThat(completed(run, "side", 0, "2")).containsExactly("finish failed failed");
    }

    @Test
    void absentPathFailsTheTask() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        List<Effect> effects = run.apply(new Event.TaskCompleted(task("in"), 0, json("{'b': 2}")));
        assertThat(effects)
                .filteredOn(Effect.FailTask.class::isInstance)
                .singleElement()
                .extracting(effect -> ((Effect.FailTask) effect).message())
                .asString()
                .contains("{{in.a}}")
                .contains("'a'");
    }

    @Test
    void unchangedInputsKeepTheResultAndWhatIsBelow() {
        String same = Fingerprint.of("echo", 1, json("{'a': 1}"), Map.of());
        String below = Fingerprint.of("echo", 1, json("{'m': 'x'}"), Map.of());
        String side = Fingerprint.of("echo", 1, json("{'b': 2}"), Map.of());
        List<Attempt> attempts = List.of(
                result(completedAttempt("in").marked(), "{'a': 1, 'b': 2}"),
                result(completedAttempt("middle").consumed("in", 0, 0).fingerprint(same), "'x'"),
                result(completedAttempt("end").consumed("middle", 0, 0).fingerprint(below), "1"),
                result(completedAttempt("side").consumed("in", 0, 0).fingerprint(side), "2"));
        GenerationRun run = run(2, Mode.STALE_ONLY, CHAIN, attempts);
        assertThat(started(run)).containsExactly("run in#1 {}");
        assertThat(completed(run, "in", 1, "{'a': 1.0, 'b': 3}"))
                .containsExactly("keep middle", "run side#1 {\"b\":3}");
        assertThat(describe(run.apply(new Event.TaskCutOff(task("middle"), json("'x'")))))
                .containsExactly("keep end");
        run.apply(new Event.TaskCutOff(task("end"), json("1")));
        assertThat(completed(run, "side", 1, "3")).containsExactly("finish completed completed");
    }

    @Test
    void nothingStaleFinishesAtOnce() {
        List<Attempt> attempts = List.of(
                result(completedAttempt("in"), "{'a': 1, 'b': 2}"),
                result(completedAttempt("middle").consumed("in", 0, 0), "'x'"),
                result(completedAttempt("end").consumed("middle", 0, 0), "1"),
                result(completedAttempt("side").consumed("in", 0, 0), "2"));
        assertThat(started(run(2, Mode.STALE_ONLY, CHAIN, attempts))).containsExactly("finish completed completed");
    }

    @Test
    void resumedRunGoesOnWhereItStopped() {
        Plan plan = Planner.plan(EXECUTORS, Mode.FULL, facts(CHAIN, List.of()));
        List<Attempt> attempts = List.of(
                result(completedAttempt("in").generation(2).idx(1), "{'a': 1, 'b': 2}"),
                result(completedAttempt("middle").generation(2).consumed("in", 1, 0), "'x'"),
                completedAttempt("side")
                        .generation(2)
                        .status(ProcessingStatus.RUNNING)
                        .attempt());
        assertThat(started(resume(2, plan, CHAIN, attempts)))
                .containsExactlyInAnyOrder("run end#0 {\"m\":\"x\"}", "run side#1 {\"b\":2}");
    }

    @Test
    void waitingTaskParksTheGenerationAndGoesOnAsTheSameAttempt() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        completed(run, "in", 0, "{'a': 1, 'b': 2}");
        completed(run, "side", 0, "2");
        Instant later = NOW.plusSeconds(60);
        assertThat(describe(run.apply(new Event.TaskAwaits(task("middle"), 0, NOW, later, null))))
                .containsExactly("park " + later);
        assertThat(run.apply(new Event.TimeReached(later))).isEmpty();
    }

    @Test
    void waitThatIsOverWhileOthersRunGoesOnAtOnce() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        completed(run, "in", 0, "{'a': 1, 'b': 2}");
        run.apply(new Event.TaskAwaits(task("middle"), 0, NOW, NOW.plusSeconds(1), null));
        assertThat(describe(run.apply(new Event.TimeReached(NOW)))).isEmpty();
        assertThat(describe(run.apply(new Event.TimeReached(NOW.plusSeconds(1)))))
                .containsExactly("run middle#0 {\"a\":1}");
    }

    @Test
    void cancelledGenerationEndsWithoutBeginningAnything() {
        Plan plan = Planner.plan(EXECUTORS, Mode.FIRST, facts(CHAIN, List.of()));
        GenerationRun run = new GenerationRun(
                EXECUTORS, new GenerationRun.Facts(1, 1, plan, facts(CHAIN, List.of()), List.of(), Map.of(), true));
        assertThat(describe(run.apply(new Event.Started(NOW)))).containsExactly("finish cancelled cancelled");
        assertThat(run.apply(new Event.TaskCompleted(task("in"), 0, json("{}"))))
                .isEmpty();
    }

    @Test
    void failedAttemptIsFollowedByAnotherOneWhileThePolicySaysSo() {
        Definition flow = withFields("'retry_policy': {'maximum_attempts': 2, 'initial_interval_seconds': 5}");
        GenerationRun run = run(1, Mode.FIRST, flow, List.of());
        FlowTask only = flow.tasks().get(0);
        assertThat(started(run)).containsExactly("run only#0 {}");
        Instant retryAt = run.retryAt(only, "no answer", NOW).orElseThrow();
        assertThat(retryAt).isEqualTo(NOW.plusSeconds(5));
        assertThat(describe(run.apply(new Event.TaskFailed(only, 0, retryAt)))).containsExactly("park " + retryAt);

        List<Attempt> stored = List.of(Attempts.failed("only").wakesAt(retryAt).attempt());
        GenerationRun later = run(1, Mode.FIRST, flow, stored);
        assertThat(describe(later.apply(new Event.Started(retryAt)))).containsExactly("run only#1 {}");
        assertThat(later.retryAt(only, "no answer", retryAt)).isEmpty();
        assertThat(describe(later.apply(new Event.TaskFailed(only, 1, null)))).containsExactly("finish failed failed");
    }

    @Test
    void attemptsOfEarlierGenerationsDoNotCountAsRetries() {
        Definition flow = withFields("'retry_policy': {'maximum_attempts': 2}");
        GenerationRun run =
                run(2, Mode.FULL, flow, List.of(Attempts.failed("only").attempt()));
        assertThat(started(run)).containsExactly("run only#1 {}");
        assertThat(run.retryAt(flow.tasks().get(0), "no answer", NOW)).isPresent();
    }

    @Test
    void waitThatTakesTooLongFails() {
        Definition flow = withFields("'timeout_seconds': 1.5");
        GenerationRun run = run(1, Mode.FIRST, flow, List.of());
        run.apply(new Event.Started(NOW));
        assertThat(describe(run.apply(new Event.TaskAwaits(flow.tasks().get(0), 0, NOW, null, null))))
                .containsExactly("park " + NOW.plusMillis(1500));
        List<Attempt> waiting = List.of(Attempts.completed("only")
                .status(ProcessingStatus.AWAITING_INPUT)
                .startedAt(NOW)
                .attempt());
        GenerationRun later = run(1, Mode.FIRST, flow, waiting);
        assertThat(later.apply(new Event.Started(NOW.plusMillis(1500))))
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.FailTask.class,
                        fail -> assertThat(fail.message()).isEqualTo("timed out: it took longer than 1.5 s"));
    }

    @Test
    void attemptThatWasLostFailsWhereItsTaskSaysSo() {
        List<Attempt> lost = List.of(
                Attempts.completed("only").status(ProcessingStatus.RUNNING).attempt());
        GenerationRun fails = run(1, Mode.FIRST, withFields("'on_lost': 'fail'"), lost);
        assertThat(started(fails)).containsExactly("fail only");
        GenerationRun runs = run(1, Mode.FIRST, withFields("'on_lost': 'run'"), lost);
        assertThat(started(runs)).containsExactly("run only#1 {}");
    }

    @Test
    void dataWakesTheTaskThatWaitsForIt() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        completed(run, "in", 0, "{'a': 1, 'b': 2}");
        assertThat(run.apply(new Event.TaskAwaits(task("middle"), 0, NOW, null, null)))
                .isEmpty();
        List<Effect> woken = run.apply(new Event.SignalReceived(task("middle"), json("'hello'")));
        assertThat(describe(woken)).containsExactly("run middle#0 {\"a\":1}");
        assertThat(((Effect.RunTask) woken.get(0)).start().signal()).isEqualTo(json("'hello'"));
    }

    @Test
    void dataThatCameBeforeTheTaskAskedIsNotLost() {
        GenerationRun run = withData("in", "1", List.of());
        List<Effect> begun = run.apply(new Event.Started(NOW));
        assertThat(((Effect.RunTask) begun.get(0)).start().signal()).isEqualTo(json("1"));
        // The attempt had begun before more came; it asks once more.
        run.apply(new Event.SignalReceived(task("in"), json("2")));
        assertThat(describe(run.apply(new Event.TaskAwaits(task("in"), 0, NOW, null, json("1")))))
                .containsExactly("run in#0 {}");
    }

    @Test
    void dataThatAnAttemptHasHadDoesNotWakeItAgain() {
        GenerationRun run = withData("in", "1", List.of());
        run.apply(new Event.Started(NOW));
        assertThat(run.apply(new Event.TaskAwaits(task("in"), 0, NOW, null, json("1"))))
                .containsExactly(new Effect.Park(null, true));
    }

    @Test
    void attemptInAWorkersHandsWaitsForTheWorkerAlone() {
        List<Attempt> reported = List.of(Attempts.completed("in")
                .status(ProcessingStatus.RUNNING)
                .fingerprint(null)
                .wakesAt(NOW.minusSeconds(1))
                .attempt());
        GenerationRun run = withData("in", "1", reported);
        assertThat(run.apply(new Event.Started(NOW))).containsExactly(new Effect.Park(null, false));
    }

    @Test
    void generationThatWaitsForDataIsLaidAsideWithoutATime() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        assertThat(run.apply(new Event.TaskAwaits(task("in"), 0, NOW, null, null)))
                .containsExactly(new Effect.Park(null, true));
    }

    @Test
    void workersReportSettlesATaskInThePlaceOfItsAttempt() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        Attempt reported = result(Attempts.completed("in").idx(3), "{'a': 5, 'b': 6}");
        assertThat(describe(run.apply(new Event.TaskReported(task("in"), reported, json("{'a': 5, 'b': 6}")))))
                .containsExactly("run middle#0 {\"a\":5}", "run side#0 {\"b\":6}");
        assertThat(run.isRunning(task("in"))).isFalse();
        assertThat(completed(run, "in", 0, "{'a': 1}")).isEmpty();
    }

    @Test
    void workersReportOfAFailureBlocksWhatIsBelow() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        Attempt reported = Attempts.failed("in").idx(3).attempt();
        assertThat(describe(run.apply(new Event.TaskReported(task("in"), reported, null))))
                .containsExactly("finish failed failed");
    }

    @Test
    void workersReportThatCameBeforeItsDependencyEndedShowsInTheStatus() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        Attempt reported = result(Attempts.completed("side").fingerprint(null), "2");
        run.apply(new Event.TaskReported(task("side"), reported, json("2")));
        completed(run, "in", 0, "{'a': 1, 'b': 2}");
        completed(run, "middle", 0, "'x'");
        assertThat(completed(run, "end", 0, "1")).containsExactly("finish completed stale");
    }

    @Test
    void timeOfAWaitIsKnownWhileOtherTasksRun() {
        GenerationRun run = run(1, Mode.FIRST, CHAIN, List.of());
        run.apply(new Event.Started(NOW));
        completed(run, "in", 0, "{'a': 1, 'b': 2}");
        run.apply(new Event.TaskAwaits(task("middle"), 0, NOW, NOW.plusSeconds(9), null));
        assertThat(run.nextTime()).contains(NOW.plusSeconds(9));
    }

    private static GenerationRun withData(String task, String data, List<Attempt> attempts) {
        Planner.Facts facts = facts(CHAIN, attempts);
        Plan plan = Planner.plan(EXECUTORS, Mode.FIRST, facts(CHAIN, List.of()));
        Map<TaskName, JsonNode> signals = Map.of(new TaskName(task), json(data));
        return new GenerationRun(EXECUTORS, new GenerationRun.Facts(1, 1, plan, facts, List.of(), signals, false));
    }

    private static Definition withFields(String fields) {
        return FlowBuilder.flow()
                .task("only", "start", "{}", task -> task.setAll((ObjectNode) json("{" + fields + "}")))
                .definition();
    }

    @Test
    void editThatThisGenerationDidNotUseShowsInTheStatus() {
        List<Attempt> attempts = List.of(
                result(completedAttempt("in"), "{'a': 1, 'b': 2}"),
                result(completedAttempt("middle").consumed("in", 0, 0), "'x'"),
                result(completedAttempt("end").consumed("middle", 0, 0), "1"),
                result(completedAttempt("side").consumed("in", 0, 0), "2"));
        Plan plan = Planner.plan(EXECUTORS, Mode.STALE_ONLY, facts(CHAIN, attempts));
        Attempt leaf =
                completedAttempt("end").consumed("middle", 0, 0).edited(1).attempt();
        assertThat(started(resume(1, plan, CHAIN, attempts, List.of(leaf)))).containsExactly("finish completed edited");
        Attempt inner =
                completedAttempt("middle").consumed("in", 0, 0).edited(1).attempt();
        assertThat(started(resume(1, plan, CHAIN, attempts, List.of(inner)))).containsExactly("finish completed stale");
    }

    private static Attempts completedAttempt(String task) {
        return Attempts.completed(task);
    }
}
