package dev.reflow.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
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
    void executorAndDependenciesCountButTitleAndPositionDoNot() throws Exception {
        FlowTask one = read("{\"name\": \"a\", \"task_executor_name\": \"delay\"}");
        FlowTask moved = new FlowTask(
                5,
                one.name(),
                "Other",
                one.executor(),
                one.parameters(),
                one.dependsOn(),
                false,
                true,
                one.retryPolicy(),
                one.timeout(),
                one.onLost());
        FlowTask changed = read("{\"name\": \"a\", \"task_executor_name\": \"format_data\", \"depends_on\": [\"b\"]}");

        assertThat(one.doesSameWorkAs(moved)).isTrue();
        assertThat(one.differences(changed)).containsExactly("task_executor_name", "depends_on");
    }

    @Test
    void retriesTimeoutAndLossDoNotCount() throws Exception {
        assertThat(read("{\"name\": \"a\", \"task_executor_name\": \"delay\"}")
                        .doesSameWorkAs(
                                read("{\"name\": \"a\", \"task_executor_name\": \"delay\", \"timeout_seconds\": 5,"
                                        + " \"retry_policy\": {}, \"on_lost\": \"fail\"}")))
                .isTrue();
    }

    private static FlowTask task(String parameters) throws Exception {
        return read("{\"name\": \"a\", \"task_executor_name\": \"delay\", \"parameters\": " + parameters + "}");
    }

    private static FlowTask read(String task) throws Exception {
        return DefinitionReader.require(MAPPER.readTree("{\"flow_configs\": [{\"config\": {\"tasks\": [" + task
                        + ", {\"name\": \"b\", \"task_executor_name\": \"delay\"}]}}]}"))
                .tasks()
                .get(0);
    }
}
