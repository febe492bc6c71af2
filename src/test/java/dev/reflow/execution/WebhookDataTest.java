package dev.reflow.execution;

import static dev.reflow.support.FlowBuilder.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.RecordingTaskExecutor;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.builtin.WaitForWebhookExecutor;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WebhookDataTest {
    private static final TaskExecutors EXECUTORS =
            new TaskExecutors(List.of(RecordingTaskExecutor.echo("echo"), new WaitForWebhookExecutor()));
    private static final Definition DEFINITION = FlowBuilder.flow()
            .task("wait", "wait_for_webhook", "{'fields': {'ok': 'boolean'}}")
            .task("other", "echo", "{}")
            .definition();
    private static final WebhookData FITTING = data("wait", "{'ok': true}");

    private static WebhookData data(String task, String data) {
        return new WebhookData(new TaskName(task), json(data));
    }

    private static WebhookData.Facts facts(boolean active, boolean settled, Optional<UUID> first) {
        return new WebhookData.Facts(DEFINITION, active, settled, first);
    }

    private static Optional<UUID> decide(WebhookData data, WebhookData.Facts facts) {
        return data.decide(EXECUTORS, facts);
    }

    private static void assertRefused(WebhookData data, WebhookData.Facts facts, ErrorCode code) {
        assertThatThrownBy(() -> decide(data, facts))
                .isInstanceOfSatisfying(
                        ReflowException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void dataIsKeptWhileTheTaskHasNotEnded() {
        assertThat(decide(FITTING, facts(true, false, Optional.empty()))).isEmpty();
    }

    @Test
    void sameDataIsADuplicateWhateverHasHappenedSince() {
        Optional<UUID> first = Optional.of(UUID.randomUUID());
        assertThat(decide(FITTING, facts(true, false, first))).isEqualTo(first);
        assertThat(decide(FITTING, facts(true, true, first))).isEqualTo(first);
        assertThat(decide(FITTING, facts(false, true, first))).isEqualTo(first);
    }

    @Test
    void otherDataIsAConflictOnceNothingWouldTakeIt() {
        assertRefused(FITTING, facts(true, true, Optional.empty()), ErrorCode.CONFLICT);
        assertRefused(FITTING, facts(false, false, Optional.empty()), ErrorCode.CONFLICT);
    }

    @Test
    void onlyTasksThatWaitAreSentData() {
        WebhookData.Facts facts = facts(true, false, Optional.empty());
        assertRefused(data("nobody", "{}"), facts, ErrorCode.NOT_FOUND);
        assertRefused(data("other", "{}"), facts, ErrorCode.BAD_REQUEST);
    }

    @Test
    void dataThatDoesNotFitIsRefusedWithItsPlaceInTheBody() {
        assertThatThrownBy(() -> decide(data("wait", "{'ok': 1}"), facts(true, false, Optional.empty())))
                .isInstanceOfSatisfying(ReflowException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
                    assertThat(refused.faults()).extracting(Fault::loc).containsExactly(List.of("body", "data", "ok"));
                });
    }

    @Test
    void digestIsThatOfTheJson() {
        assertThat(data("wait", "{'a': 1, 'b': [2.0]}").digest())
                .isEqualTo(data("wait", "{'b': [2], 'a': 1e0}").digest())
                .isNotEqualTo(data("wait", "{'b': ['2'], 'a': 1}").digest());
    }
}
