package dev.reflow.task.builtin;

import static dev.reflow.task.builtin.Executors.START;
import static dev.reflow.task.builtin.Executors.failure;
import static dev.reflow.task.builtin.Executors.json;
import static dev.reflow.task.builtin.Executors.output;
import static dev.reflow.task.builtin.Executors.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.reflow.error.Fault;
import dev.reflow.task.JsonSchemas;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitForWebhookExecutorTest {
    private static final String FIELDS = "{'fields': [{'name': 'id', 'type': 'string'}, {'name': 'n'}]}";

    private final WaitForWebhookExecutor wait = new WaitForWebhookExecutor();

    @Test
    void withoutDataItWaits() {
        assertThat(with(FIELDS, null)).isEqualTo(new TaskOutcome.AwaitingSignal());
    }

    @Test
    void outputIsTheData() {
        JsonNode data = json("{'id': 'a', 'n': 1.50, 'more': [null]}");

        assertThat(output(with(FIELDS, data))).isEqualTo(data);
        assertThat(output(with("{}", json("{}")))).isEqualTo(json("{}"));
    }

    @Test
    void dataThatDoesNotFitIsRefused() {
        assertThat(wait.checkSignal(json(FIELDS), json("{'id': 1}")))
                .extracting(Fault::type)
                .containsExactly("string_type", "missing");
        assertThat(wait.checkSignal(json(FIELDS), json("{'id': 'a', 'n': null}")))
                .isEmpty();
        assertThat(wait.checkSignal(json("{}"), json("{'x': 1}"))).isEmpty();
    }

    @Test
    void fieldsThatAnotherTaskNamesAreCheckedWhenTheTaskRuns() {
        assertThat(wait.checkSignal(json("{'fields': [{'name': '{{in.key}}'}]}"), json("{}")))
                .isEmpty();
        assertThat(failure(with("{'fields': {'id': 'any'}}", json("{}"))))
                .isEqualTo("invalid data: data.id: Field required");
    }

    @Test
    void otherParametersAreKept() {
        assertThat(JsonSchemas.check(wait.description().parametersSchema(), json("{'url': 'x', 'fields': null}")))
                .isEmpty();
        assertThat(JsonSchemas.check(wait.description().parametersSchema(), json("{'fields': 'a'}")))
                .isNotEmpty();
    }

    @Test
    void webhookReceiverIsTheSameExecutor() {
        TaskExecutors executors = new TaskExecutors(List.of(wait));

        assertThat(executors.find("webhook_receiver")).containsSame(wait);
        assertThat(executors.all()).containsExactly(wait);
    }

    private TaskOutcome with(String parameters, @Nullable JsonNode signal) {
        return run(wait, new TaskInput(json(parameters), NullNode.getInstance(), signal, "key", START, START, null));
    }
}
