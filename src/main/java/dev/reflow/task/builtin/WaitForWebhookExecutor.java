package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.Fault;
import dev.reflow.task.SignalReceiver;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;

/** {@code wait_for_webhook}: an execution goes on when someone has sent an object. */
@ApplicationScoped
public class WaitForWebhookExecutor implements SignalReceiver {
    private static final TaskExecutorDescription DESCRIPTION = new TaskExecutorDescription(
            "wait_for_webhook",
            1,
            "Waits until a JSON object is sent to it; its output is that object.",
            """
            Use this task where a flow has to wait for an answer from outside, such as an approval or the end of a job \
            elsewhere. The answer is sent to POST /api/flow-executions/{flow_execution_id}/webhook-data with this \
            task's name; it may come before the flow gets here. List what other tasks need of it in `fields`, for \
            example [{"name": "approved", "type": "boolean"}, {"name": "note", "required": false}]; types are string, \
            number, integer, boolean, object, array and any, and a field is required unless it says otherwise. Data \
            that does not fit is refused; fields that are not listed are kept. Other tasks refer to the data as \
            {{name_of_this_task.approved}}. Waiting occupies nothing. `webhook_receiver` is another name for it.""",
            parametersSchema(),
            null,
            Parameters.schema("{\"type\": \"object\", \"description\": \"The data as it was sent\"}"),
            false,
            false);

    private static ObjectNode parametersSchema() {
        ObjectNode schema = Parameters.schema("{\"type\": \"object\", \"additionalProperties\": true}");
        schema.putObject("properties").set("fields", Parameters.schema(ReceivedFields.SCHEMA));
        return schema;
    }

    @Override
    public TaskExecutorDescription description() {
        return DESCRIPTION;
    }

    @Override
    public Set<String> otherNames() {
        return Set.of("webhook_receiver");
    }

    @Override
    public Uni<TaskOutcome> execute(TaskInput input) {
        return Uni.createFrom().item(() -> Parameters.refuse(DESCRIPTION, input).orElseGet(() -> outcome(input)));
    }

    private static TaskOutcome outcome(TaskInput input) {
        JsonNode signal = input.signal();
        return signal == null
                ? new TaskOutcome.AwaitingSignal()
                : Parameters.refuse("data", check(input.parameters(), signal))
                        .orElseGet(() -> new TaskOutcome.Completed(signal));
    }

    /** Fields that another task names are not known yet; what was sent is checked against them when the task runs. */
    @Override
    public List<Fault> checkSignal(JsonNode parameters, JsonNode data) {
        return parameters.path("fields").toString().contains("{{") ? List.of() : check(parameters, data);
    }

    private static List<Fault> check(JsonNode parameters, JsonNode data) {
        return ReceivedFields.of(parameters.path("fields")).check(data);
    }
}
