package dev.reflow.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;

/** Makes the samples of properties. */
final class Stories extends DomainContextBase {
    private static final List<String> OTHERS = FlowSpec.NAMES.subList(2, FlowSpec.NAMES.size());

    @Provide
    Arbitrary<Story> story() {
        return Combinators.combine(
                        flow(),
                        course(),
                        happening().list().ofMaxSize(12).withSizeDistribution(RandomDistribution.uniform()))
                .as(Story::new);
    }

    @Provide
    Arbitrary<Course> course() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 999),
                        seldom(names(), Set.of()),
                        seldom(names(), Set.of()),
                        seldom(
                                Arbitraries.integers()
                                        .between(1, 12)
                                        .set()
                                        .ofMinSize(1)
                                        .ofMaxSize(3),
                                Set.of()),
                        seldom(meanwhile().list().ofMinSize(1).ofMaxSize(3), List.of()),
                        Arbitraries.frequencyOf(
                                Tuple.of(5, Arbitraries.just(Course.NEVER)),
                                Tuple.of(1, Arbitraries.integers().between(0, 12))))
                .as(Course::new);
    }

    private static <T> Arbitrary<T> seldom(Arbitrary<T> some, T none) {
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(none)), Tuple.of(1, some));
    }

    private static Arbitrary<Set<String>> names() {
        return Arbitraries.of(FlowSpec.NAMES).set().ofMinSize(1).ofMaxSize(2);
    }

    private static Arbitrary<Course.Meanwhile> meanwhile() {
        Arbitrary<Course> smooth = Arbitraries.longs().between(0, 99).map(Stories::smooth);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.frequencyOf(
                                Tuple.of(6, change()),
                                Tuple.of(1, Arbitraries.just(new Happening.Cancel())),
                                Tuple.of(1, editAndExecute(smooth))))
                .as(Course.Meanwhile::new);
    }

    static Course smooth(long order) {
        return new Course(order, Set.of(), Set.of(), Set.of(), List.of(), Course.NEVER);
    }

    private Arbitrary<Happening> happening() {
        return Arbitraries.frequencyOf(
                Tuple.of(8, course().map(course -> new Happening.Execute(Mode.STALE_ONLY, course))),
                Tuple.of(2, course().map(course -> new Happening.Execute(Mode.FULL, course))),
                Tuple.of(10, change()),
                Tuple.of(2, course().map(Happening.GoOn::new)),
                Tuple.of(1, editAndExecute(course())),
                Tuple.of(1, Arbitraries.just(new Happening.Cancel())),
                Tuple.of(5, publication()));
    }

    /** What a person does to a task. */
    @Provide
    static Arbitrary<Happening> change() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, edit()),
                Tuple.of(3, name().map(Happening.Mark::new)),
                Tuple.of(1, name().map(Happening.Unmark::new)));
    }

    private static Arbitrary<Happening> edit() {
        return Combinators.combine(name(), value()).as(Happening.Edit::new);
    }

    private static Arbitrary<Happening> editAndExecute(Arbitrary<Course> course) {
        return Combinators.combine(name(), value(), course).as(Happening.EditAndExecute::new);
    }

    private static Arbitrary<String> name() {
        return Arbitraries.of(FlowSpec.NAMES);
    }

    private static Arbitrary<Integer> value() {
        return Arbitraries.integers().between(0, 8);
    }

    private static Arbitrary<Happening> publication() {
        Arbitrary<Happening.Change> change = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of(OTHERS).flatMap(Stories::task).map(Happening.Change.Put::new)),
                Tuple.of(3, name().map(Happening.Change.Remove::new)),
                Tuple.of(3, name().map(Happening.Change.Return::new)),
                Tuple.of(1, task("in2").map(Happening.Change.Put::new)),
                Tuple.of(1, name().map(Happening.Change.Retitle::new)),
                Tuple.of(1, Arbitraries.just(new Happening.Change.Reverse())));
        return change.list().ofMinSize(1).ofMaxSize(3).map(Happening.Publish::new);
    }

    @Provide
    static Arbitrary<List<TaskSpec>> flow() {
        Arbitrary<Boolean> several = Arbitraries.frequency(Tuple.of(7, false), Tuple.of(1, true));
        return Combinators.combine(
                        several, Arbitraries.of(OTHERS).set().withSizeDistribution(RandomDistribution.uniform()))
                .as(Stories::names)
                .flatMap(names -> Combinators.combine(
                                names.stream().map(Stories::task).toList())
                        .as(tasks -> tasks))
                .flatMap(Arbitraries::shuffle);
    }

    private static List<String> names(boolean several, Set<String> others) {
        List<String> names = new ArrayList<>(List.of(FlowSpec.INPUT));
        if (several) {
            names.add("in2");
        }
        FlowSpec.NAMES.stream().filter(others::contains).forEach(names::add);
        return names;
    }

    private static Arbitrary<TaskSpec> task(String name) {
        boolean input = name.startsWith("in");
        Arbitrary<String> constant = Arbitraries.integers().between(0, 3).map(String::valueOf);
        if (input) {
            return constant.map(
                    c -> new TaskSpec(name, name, FakeWork.INPUT, c, List.of(), List.of(), Set.of(), false));
        }
        List<String> earlier = FlowSpec.NAMES.subList(0, FlowSpec.NAMES.indexOf(name));
        Arbitrary<String> path = Arbitraries.of("v", "v", "v", "p.v");
        Arbitrary<String> inside =
                Combinators.combine(Arbitraries.of(earlier), path).as((task, at) -> task + "." + at);
        Arbitrary<String> whole = Arbitraries.of(earlier).map(task -> task + ".output");
        return Combinators.combine(
                        Arbitraries.of(FakeWork.OTHERS),
                        constant,
                        Arbitraries.oneOf(inside, inside, whole).list().ofMaxSize(3),
                        seldom(inside.list().ofSize(1), List.of()),
                        seldom(Arbitraries.of(earlier).set().ofSize(1), Set.of()),
                        Arbitraries.frequency(Tuple.of(9, false), Tuple.of(1, true)))
                .as((executor, c, references, inserted, dependsOn, never) ->
                        new TaskSpec(name, name, executor, c, references, inserted, dependsOn, never));
    }
}
