package dev.reflow.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.TaskName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

/** What holds of an execution whatever happens to it. */
@Domain(Stories.class)
@Domain(DomainContext.Global.class)
class ReExecutionPropertiesTest {
    private static final int TRIES = 500;

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void planIsTheOneThatFollowsFromTheValues(@ForAll Story story) {
        story.live(new World.Watcher() {
            @Override
            public void planned(World world, Plan plan, Planner.Facts facts) {
                assertThat(actions(plan)).isEqualTo(world.reference().plan());
            }
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void planIsTotalAndDoesNotDependOnTheOrderOfAttempts(@ForAll Story story, @ForAll long seed) {
        story.live(new World.Watcher() {
            @Override
            public void planned(World world, Plan plan, Planner.Facts facts) {
                Set<String> absent = names(facts.history().tasks());
                absent.removeAll(world.flow().names());
                assertThat(plan.tasks())
                        .extracting(task -> task.task().value())
                        .containsExactlyElementsOf(concat(world, absent));
                absent.addAll(world.flow().untriggered());
                assertThat(actions(plan).entrySet())
                        .allMatch(task -> absent.contains(task.getKey()) == (task.getValue() == Action.DROP));
                assertThat(plan.tasks()).allMatch(task -> !task.reasons().isEmpty());
                assertThat(again(world, facts).tasks()).isEqualTo(plan.tasks());
            }

            private Plan again(World world, Planner.Facts facts) {
                List<Attempt> attempts = new ArrayList<>();
                facts.history().tasks().forEach(task -> {
                    facts.history().newest(task).ifPresent(attempts::add);
                    facts.history().current(task).ifPresent(attempts::add);
                });
                Collections.shuffle(attempts, new Random(seed));
                return Planner.plan(
                        FakeWork.EXECUTORS,
                        world.mode(),
                        new Planner.Facts(
                                facts.target(),
                                facts.fromVersion(),
                                facts.versions(),
                                new History(attempts, Map.of()),
                                facts.triggered()));
            }

            private static List<String> concat(World world, Set<String> absent) {
                List<String> names = new ArrayList<>(
                        world.flow().tasks().stream().map(TaskSpec::name).toList());
                names.addAll(absent);
                return names;
            }
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void whatThePlanSaysIsWhatRuns(@ForAll Story story) {
        story.live(new World.Watcher() {
            @Override
            public void asked(World world, Effect effect) {
                Map<String, Action> plan = world.reference().plan();
                if (effect instanceof Effect.RunTask run) {
                    String task = run.start().task().name().value();
                    assertThat(plan.get(task)).as(task).isIn(Action.RUN, Action.RUN_IF_CHANGED);
                    assertThat(world.reference().isReady(task)).as(task).isTrue();
                } else if (effect instanceof Effect.CutOff cutOff) {
                    String task = cutOff.task().name().value();
                    assertThat(plan.get(task)).as(task).isEqualTo(Action.RUN_IF_CHANGED);
                    assertThat(world.reference().isReady(task)).as(task).isTrue();
                }
            }

            @Override
            public void finished(World world, Effect.Finish finish) {
                Map<String, ReferenceModel.Fate> fates = world.reference().fates();
                if (finish.reason() != EndReason.CANCELLED) {
                    assertThat(fates.values()).doesNotContain(ReferenceModel.Fate.UNFINISHED);
                    assertThat(finish.reason() == EndReason.FAILED)
                            .isEqualTo(fates.containsValue(ReferenceModel.Fate.FAILED));
                }
                assertThat(finish.counts())
                        .isEqualTo(new TaskCounts(
                                count(fates, ReferenceModel.Fate.MADE),
                                count(fates, ReferenceModel.Fate.REUSED),
                                count(fates, ReferenceModel.Fate.KEPT),
                                count(fates, ReferenceModel.Fate.FAILED)));
                world.reference().plan().forEach((task, action) -> {
                    if (action == Action.REUSE || action == Action.DROP) {
                        assertThat(world.attempts())
                                .noneMatch(attempt -> attempt.generation() == world.generation()
                                        && attempt.task().value().equals(task));
                    }
                });
            }
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void conditionalTaskRunsExactlyWhenWhatItConsumesDiffers(@ForAll Story story) {
        story.live(new World.Watcher() {
            @Override
            public void asked(World world, Effect effect) {
                if (effect instanceof Effect.RunTask run) {
                    String task = run.start().task().name().value();
                    assertThat(world.reference().duty(task)).as(task).isEqualTo(ReferenceModel.Duty.RUN);
                    assertThat(world.reference().parameters(task))
                            .hasValueSatisfying(
                                    parameters -> assertSame(run.start().parameters(), parameters));
                } else if (effect instanceof Effect.FailTask fail) {
                    String task = fail.start().task().name().value();
                    assertThat(world.reference().duty(task)).as(task).isEqualTo(ReferenceModel.Duty.FAIL);
                } else if (effect instanceof Effect.CutOff cutOff) {
                    String task = cutOff.task().name().value();
                    assertThat(world.reference().duty(task)).as(task).isEqualTo(ReferenceModel.Duty.KEEP);
                }
            }
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void generationThatCompletesSaysWhetherEverythingIsConsistent(@ForAll Story story) {
        story.live(new World.Watcher() {
            @Override
            public void finished(World world, Effect.Finish finish) {
                assertThat(finish.status())
                        .isEqualTo(
                                switch (finish.reason()) {
                                    case COMPLETED -> world.reference().statusOfCompletion();
                                    case FAILED -> ExecutionStatus.FAILED;
                                    default -> ExecutionStatus.CANCELLED;
                                });
            }
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void secondStaleOnlyReExecutionRunsNothing(@ForAll Story story, @ForAll Course course) {
        World world = story.live();
        world.execute(Mode.STALE_ONLY, course.undisturbed());
        Assume.that(world.end().reason() == EndReason.COMPLETED);
        assertThat(world.status()).isEqualTo(ExecutionStatus.COMPLETED);
        List<Attempt> before = world.attempts();
        world.execute(Mode.STALE_ONLY, course);
        assertThat(world.attempts()).isEqualTo(before);
        int reused = world.flow().names().size() - world.flow().untriggered().size();
        assertThat(world.end())
                .isEqualTo(new Effect.Finish(
                        EndReason.COMPLETED, ExecutionStatus.COMPLETED, new TaskCounts(0, reused, 0, 0)));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void fullReExecutionEqualsAFreshExecution(@ForAll Story story, @ForAll Course course) {
        World world = story.live();
        World fresh = new World(world.drafts(), new World.Watcher() {});
        Course undisturbed =
                new Course(course.order(), course.failing(), course.waiting(), Set.of(), List.of(), Course.NEVER);
        world.execute(Mode.FULL, undisturbed);
        fresh.start(undisturbed);
        assertThat(world.end()).isEqualTo(fresh.end());
        assertThat(resultsWithoutNumbers(world)).isEqualTo(resultsWithoutNumbers(fresh));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void changeReachesItsDescendantsAndNothingElse(
            @ForAll Story story, @ForAll Happening change, @ForAll Course course) {
        World world = story.live();
        world.execute(Mode.STALE_ONLY, course.undisturbed());
        Assume.that(world.end().reason() == EndReason.COMPLETED);
        String task = task(change);
        Map<String, JsonNode> edits = world.reference().outputs(true);
        long revision = world.revision();
        boolean known = world.flow().names().contains(task)
                && !world.flow().untriggered().contains(task);
        world.happen(change);
        Assume.that(known && world.revision() > revision);

        Set<String> reached = world.flow().descendants(task, edits.keySet());
        reached.removeAll(world.flow().untriggered());
        if (change instanceof Happening.Mark) {
            reached.add(task);
        }
        assertThat(shownStale(world)).isEqualTo(reached);
        Set<Object> before =
                world.attempts().stream().map(ReExecutionPropertiesTest::work).collect(Collectors.toSet());
        world.execute(Mode.STALE_ONLY, course.undisturbed());
        Set<String> touched = new TreeSet<>();
        world.attempts().stream()
                .filter(attempt -> !before.contains(work(attempt)))
                .forEach(attempt -> touched.add(attempt.task().value()));
        assertThat(reached).containsAll(touched);
        assertThat(world.end().reason() == EndReason.FAILED ? reached : touched).isEqualTo(reached);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void consistentResultsAreThoseOfAFreshExecutionAroundTheEditedOnes(@ForAll Story story, @ForAll Course course) {
        World world = story.live(new World.Watcher() {
            @Override
            public void finished(World world, Effect.Finish finish) {
                if (finish.reason() == EndReason.COMPLETED && finish.status() != ExecutionStatus.STALE) {
                    Map<String, JsonNode> edits = world.reference().outputs(true);
                    Map<String, JsonNode> outputs = world.outputs();
                    outputs.keySet().removeAll(world.flow().untriggered());
                    Map<String, JsonNode> expected = world.reference().freshOutputs(edits);
                    assertThat(outputs.keySet()).isEqualTo(expected.keySet());
                    outputs.forEach((task, output) -> assertSame(output, expected.get(task)));
                }
            }
        });
        world.execute(Mode.STALE_ONLY, course.undisturbed());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void noNumberComesTwiceAndNoGenerationHasTwoResultsOfATask(@ForAll Story story) {
        World world = story.live();
        Map<TaskName, List<Attempt>> byTask = world.attempts().stream().collect(Collectors.groupingBy(Attempt::task));
        byTask.values().forEach(attempts -> {
            for (int i = 0; i < attempts.size(); i++) {
                assertThat(attempts.get(i).idx()).isEqualTo(i);
            }
            assertThat(attempts).extracting(Attempt::generation).isSorted();
            assertThat(attempts.stream().filter(Attempt::isCompleted).map(Attempt::generation))
                    .doesNotHaveDuplicates();
        });
    }

    /** A later attempt in the same generation follows only one that was lost. */
    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void attemptThatEndedIsNotRepeatedInItsGeneration(@ForAll Story story) {
        World world = story.live();
        for (Attempt attempt : world.attempts()) {
            boolean repeated = world.attempts().stream()
                    .anyMatch(later -> later.task().equals(attempt.task())
                            && later.generation() == attempt.generation()
                            && later.idx() > attempt.idx());
            boolean lost = attempt.status() == ProcessingStatus.CANCELLED
                    || !attempt.status().isFinal();
            assertThat(repeated && !lost).as("%s", attempt).isFalse();
        }
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void lostProcessesDoNotChangeTheEnd(
            @ForAll Story story,
            @ForAll boolean onlyStale,
            @ForAll Course course,
            @ForAll @IntRange(min = 1, max = 9) int crash) {
        Course crashing = new Course(
                course.order(), course.failing(), course.waiting(), Set.of(crash, crash + 2), List.of(), Course.NEVER);
        World lucky = story.live();
        World unlucky = story.live();
        lucky.execute(Mode.reExecution(onlyStale), crashing.withoutCrashes());
        unlucky.execute(Mode.reExecution(onlyStale), crashing);
        assertThat(unlucky.end()).isEqualTo(lucky.end());
        assertThat(unlucky.reference().fates()).isEqualTo(lucky.reference().fates());
        assertThat(unlucky.outputs()).isEqualTo(lucky.outputs());
        assertThat(shownStale(unlucky)).isEqualTo(shownStale(lucky));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void shownAsStaleIsWhatAStaleOnlyReExecutionWouldNotKeep(@ForAll Story story) {
        World world = new World(story.flow(), new World.Watcher() {}).start(story.first());
        for (Happening happening : story.then()) {
            world.happen(happening);
            assertThat(shownStale(world)).isEqualTo(world.reference().stale());
        }
        Set<String> shown = shownStale(world);
        Set<String> results = names(
                world.history().currentResults().stream().map(Attempt::task).toList());
        int version = world.version();
        world.execute(Mode.STALE_ONLY, Course.SMOOTH);
        if (world.version() == version) {
            Map<String, Action> planned = actions(world.requirePlan());
            planned.values().removeIf(action -> action == Action.REUSE || action == Action.DROP);
            planned.keySet().retainAll(results);
            assertThat(shown).isEqualTo(planned.keySet());
        }
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void editIsRefusedExactlyWhileTheGenerationHasYetToSettleTheTask(@ForAll Story story) {
        story.live(new World.Watcher() {
            @Override
            public void edited(World world, World.Answer answer) {
                boolean wanted = isWanted(answer);
                boolean edits = answer.happening() instanceof Happening.Edit
                        || answer.happening() instanceof Happening.EditAndExecute;
                boolean possible = (edits || answer.before().isCompleted())
                        && (!answer.outOfReach() || answer.happening() instanceof Happening.EditAndExecute);
                assertThat(answer.refused()).as("%s", answer).isEqualTo(wanted && !possible);
                assertThat(answer.touched()).as("%s", answer).isEqualTo(wanted && possible ? 1 : 0);
            }
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void changeBetweenGenerationsSaysWhatIsStaleOrEdited(@ForAll Story story) {
        story.live(new World.Watcher() {
            @Override
            public void edited(World world, World.Answer answer) {
                if (world.isActive() || answer.touched() == 0) {
                    assertThat(world.status()).isEqualTo(answer.statusBefore());
                } else {
                    assertThat(world.status()).isEqualTo(world.reference().statusOfChange());
                }
            }
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void editIsCalledReExecutedOnceAGenerationHasUsedIt(@ForAll Story story) {
        World world = story.live();
        assertThat(world.attempts())
                .allSatisfy(attempt -> assertThat(attempt.edited() == EditedStatus.EDITED_NOT_REEXECUTED)
                        .as("%s", attempt)
                        .isEqualTo(world.reference().isUnused(attempt.task().value(), attempt.idx())));
    }

    /** What of an attempt changes when a generation deals with its task. */
    private static List<Object> work(Attempt attempt) {
        return List.of(attempt.id(), attempt.status(), attempt.consumed(), attempt.cutOffIn());
    }

    /** Whether a person asks for something else than there is. */
    private static boolean isWanted(World.Answer answer) {
        String task = answer.before().task().value();
        if (answer.happening() instanceof Happening.Mark) {
            return !answer.before().markedStale()
                    && (!answer.before().isCompleted() || !answer.stale().contains(task));
        }
        if (answer.happening() instanceof Happening.Unmark) {
            return answer.before().markedStale();
        }
        int value = answer.happening() instanceof Happening.Edit edit
                ? edit.value()
                : ((Happening.EditAndExecute) answer.happening()).value();
        return answer.before().markedStale() || !FakeWork.same(answer.output(), FakeWork.of(value));
    }

    private static Map<String, Action> actions(Plan plan) {
        Map<String, Action> actions = new TreeMap<>();
        plan.tasks().forEach(task -> actions.put(task.task().value(), task.action()));
        return actions;
    }

    private static Set<String> shownStale(World world) {
        ExecutionFacts facts = world.facts();
        Plan plan = facts.staleOnlyPlan(FakeWork.EXECUTORS);
        Predicate<Attempt> stale = attempt -> ShownTask.of(attempt, facts, plan).stale() == StaleStatus.STALE;
        return names(world.attempts().stream().filter(stale).map(Attempt::task).toList());
    }

    /** The current results with everything but ids, numbers of attempts, versions and times. */
    private static Map<String, List<Object>> resultsWithoutNumbers(World world) {
        Map<String, List<Object>> results = new TreeMap<>();
        for (Attempt result : world.history().currentResults()) {
            List<Object> what = List.of(
                    world.output(result.id()),
                    result.status(),
                    result.edited(),
                    result.markedStale(),
                    result.editRevision(),
                    names(result.consumed().keySet()));
            results.put(result.task().value(), what);
        }
        return results;
    }

    private static Set<String> names(Iterable<TaskName> tasks) {
        Set<String> names = new TreeSet<>();
        tasks.forEach(task -> names.add(task.value()));
        return names;
    }

    private static int count(Map<String, ReferenceModel.Fate> fates, ReferenceModel.Fate fate) {
        return Collections.frequency(fates.values(), fate);
    }

    private static String task(Happening change) {
        return change instanceof Happening.Edit edit
                ? edit.task()
                : change instanceof Happening.Mark mark ? mark.task() : ((Happening.Unmark) change).task();
    }

    private static void assertSame(JsonNode one, JsonNode other) {
        assertThat(FakeWork.same(one, other)).as("%s is %s", one, other).isTrue();
    }
}
