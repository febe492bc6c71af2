package dev.reflow.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowTaskTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void sameNumberWrittenDifferentlyIsSameWork() throws Exception {
        assertThat(task("{\"n\": 1, \"d\": {\"x\": [1.0, 10]}}")
                        .doesSameWorkAs(task("{\"d\": {\"x\": [1, 1e1]}, \"n\": 1.00}")))
                .isTrue();
    }

    @Test
    void changedAddedAndRemovedParametersAreNamed() throws Exception {
        FlowTask before = task("{\"a\": 1, \"b\": 2, \"c\": \"x\"}");
        FlowTask after = task("{\"a\": 1, \"b\": 3, \"d\": null}");

        assertThat(before.differences(after)).containsExactly("b", "c", "d");
        assertThat(after.differences(before)).containsExactly("b", "c", "d");
    }

    @Test
    void removedNumberIsDifference() throws Exception {
        assertThat(task("{\"n\": 1}").differences(task("{}"))).containsExactly("n");
        assertThat(task("{}").differences(task("{\"n\": 1}"))).containsExactly("n");
    }

    @Test
    void numberIsNotItsText() throws Exception {
        assertThat(task("{\"n\": 1}").differences(task("{\"n\": \"1\"}"))).containsExactly("n");
    }

    @Test
    void orderOfListCounts() throws Exception {
        assertThat(task("{\"n\": [1, 2]}").differences(task("{\"n\": [2, 1]}"))).containsExactly("n");
    }

    @Test
    void executorAndDependenciesCountButTitleAndPositionDoNot() {
        ObjectNode none = MAPPER.createObjectNode();
        FlowTask one = new FlowTask(0, new TaskName("a"), "A", "delay", none, Set.of(), false, true);
        FlowTask moved = new FlowTask(5, new TaskName("a"), "Other", "delay", none, Set.of(), false, true);
        FlowTask changed =
                new FlowTask(0, new TaskName("a"), "A", "format_data", none, Set.of(new TaskName("b")), false, true);

        assertThat(one.doesSameWorkAs(moved)).isTrue();
        assertThat(one.differences(changed)).containsExactly("task_executor_name", "depends_on");
    }

    private static FlowTask task(String parameters) throws Exception {
        return new FlowTask(
                0, new TaskName("a"), "A", "delay", (ObjectNode) MAPPER.readTree(parameters), Set.of(), false, true);
    }
}
