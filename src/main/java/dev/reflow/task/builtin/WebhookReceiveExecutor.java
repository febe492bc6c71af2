package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.Fault;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** {@code webhook_receive}: an execution begins with an object that someone sent. */
@ApplicationScoped
public class WebhookReceiveExecutor implements TaskExecutor {
    private static final TaskExecutorDescription DESCRIPTION = new TaskExecutorDescription(
            "webhook_receive",
            1,
            "Begins an execution with a JSON object; its output is that object.",
            """
            Use this as the first task of a flow that is started with data. List what the other tasks need in `fields`, \
            for example [{"name": "order_id", "type": "string"}, {"name": "note", "required": false}]; types are \
            string, number, integer, boolean, object, array and any, and a field is required unless it says otherwise. \
            Data that does not fit is refused before an execution exists; fields that are not listed are kept. Other \
            tasks refer to the data as {{name_of_this_task.order_id}}.""",
            parametersSchema(),
            Parameters.schema("""
                    {
                      "type": "object",
                      "description": "The object that the execution works on",
                      "additionalProperties": true
                    }
                    """),
            Parameters.schema("{\"type\": \"object\", \"description\": \"The execution's input as it came\"}"),
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
    public Uni<TaskOutcome> execute(TaskInput input) {
        return Uni.createFrom()
                .item(() -> Parameters.refuse(DESCRIPTION, input)
                        .or(() -> Parameters.refuse("input", checkFlowInput(input.parameters(), input.flowInput())))
                        .orElseGet(() -> new TaskOutcome.Completed(input.flowInput())));
    }

    @Override
    public List<Fault> checkFlowInput(JsonNode parameters, JsonNode input) {
        return ReceivedFields.of(parameters.path("fields")).check(input);
    }
}
