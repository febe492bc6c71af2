package dev.reflow.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class TaskGraphTest {
    private static final int[] NONE = {};

    @Test
    void orderPutsEachTaskAfterItsDependencies() {
        TaskGraph diamond = new TaskGraph(new int[][] {{1, 2}, {3}, {3}, NONE});

        assertThat(diamond.order()).containsExactly(3, 1, 2, 0);
        assertThat(diamond.dependents(3)).containsExactly(1, 2);
        assertThat(diamond.dependents(0)).isEmpty();
        assertThat(diamond.dependencies(0)).containsExactly(1, 2);
        assertThat(diamond.cycles()).isEmpty();
    }

    @Test
    void independentTasksStayInTheirOrder() {
        assertThat(new TaskGraph(new int[][] {NONE, NONE, NONE}).order()).containsExactly(0, 1, 2);
    }

    @Test
    void emptyGraphHasNothing() {
        TaskGraph empty = new TaskGraph(new int[0][]);

        assertThat(empty.size()).isZero();
        assertThat(empty.order()).isEmpty();
        assertThat(empty.cycles()).isEmpty();
    }

    @Test
    void taskThatWaitsForItselfIsCycle() {
        assertThat(new TaskGraph(new int[][] {{0}, NONE}).cycles()).containsExactly(List.of(0));
    }

    @Test
    void cycleIsReportedWithoutTheTasksThatOnlyLeadToIt() {
        TaskGraph graph = new TaskGraph(new int[][] {{1}, {2}, {3}, {1}, {0}, NONE});

        assertThat(graph.cycles()).hasSize(1);
        assertThat(graph.cycles().get(0)).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(graph.order()).containsExactly(5);
    }

    @Test
    void everySeparateCycleIsReported() {
        TaskGraph graph = new TaskGraph(new int[][] {{1}, {0}, {3}, {2}, {2}, {5}});

        assertThat(graph.cycles()).map(Set::copyOf).containsExactlyInAnyOrder(Set.of(0, 1), Set.of(2, 3), Set.of(5));
    }

    @Test
    void longChainAndLongCycleNeedNoDeepStack() {
        int size = 100_000;
        int[][] chain = IntStream.range(0, size)
                .mapToObj(task -> task == 0 ? NONE : new int[] {task - 1})
                .toArray(int[][]::new);
        assertThat(new TaskGraph(chain).order()).hasSize(size).startsWith(0, 1, 2);

        chain[0] = new int[] {size - 1};
        assertThat(new TaskGraph(chain).cycles())
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(size);
    }

    @Property(tries = 300)
    void orderHoldsWhatIsNotOnOrBelowCycle(
            @ForAll @Size(max = 12) List<@Size(max = 3) Set<@IntRange(max = 11) Integer>> edges) {
        int[][] dependencies = edges.stream()
                .map(targets -> targets.stream()
                        .filter(target -> target < edges.size())
                        .mapToInt(Integer::intValue)
                        .sorted()
                        .toArray())
                .toArray(int[][]::new);
        TaskGraph graph = new TaskGraph(dependencies);

        Set<Integer> done = new HashSet<>();
        for (int task : graph.order()) {
            assertThat(done)
                    .containsAll(IntStream.of(dependencies[task]).boxed().toList());
            assertThat(done.add(task)).isTrue();
        }
        IntStream.range(0, dependencies.length)
                .filter(task -> !done.contains(task))
                .forEach(task ->
                        assertThat(IntStream.of(dependencies[task])).anyMatch(target -> !done.contains(target)));
        assertThat(graph.cycles().isEmpty()).isEqualTo(done.size() == dependencies.length);
        for (List<Integer> cycle : graph.cycles()) {
            for (int i = 0; i < cycle.size(); i++) {
                assertThat(dependencies[cycle.get(i)]).contains(cycle.get((i + 1) % cycle.size()));
            }
        }
    }
}
