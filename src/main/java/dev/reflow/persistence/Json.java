package dev.reflow.persistence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.execution.Action;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.Plan;
import dev.reflow.execution.Reason;
import dev.reflow.execution.TaskPlan;
import dev.reflow.flow.TaskName;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON that stands in columns. */
@ApplicationScoped
class Json {
    /** What was accepted once has to be readable for ever, whatever the limits of requests are by then. */
    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .build();

    private final ObjectMapper mapper = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(LIMITS).build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false)
            .build();

    JsonNode read(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the database holds JSON that cannot be read", e);
        }
    }

    @Nullable
    JsonNode readNullable(@Nullable String text) {
        return text == null ? null : read(text);
    }

    String write(JsonNode value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON", e);
        }
    }

    @Nullable
    String writeNullable(@Nullable JsonNode value) {
        return value == null ? null : write(value);
    }

    /** An error as clients are shown it. */
    @Nullable
    String error(@Nullable String message) {
        return message == null ? null : write(mapper.createObjectNode().put("message", message));
    }

    /** By dependency: the attempt and the edit that were consumed, as {@code {"task": [0, 0]}}. */
    String consumed(Map<TaskName, Consumed> consumed) {
        ObjectNode json = mapper.createObjectNode();
        consumed.forEach((task, result) ->
                json.putArray(task.value()).add(result.taskExecutionIdx()).add(result.editRevision()));
        return write(json);
    }

    Map<TaskName, Consumed> consumed(String text) {
        Map<TaskName, Consumed> consumed = new HashMap<>();
        read(text)
                .properties()
                .forEach(entry -> consumed.put(
                        new TaskName(entry.getKey()),
                        new Consumed(
                                entry.getValue().path(0).intValue(),
                                entry.getValue().path(1).intValue())));
        return consumed;
    }

    String plan(Plan plan) {
        ArrayNode json = mapper.createArrayNode();
        for (TaskPlan task : plan.tasks()) {
            ObjectNode entry = json.addObject();
            entry.put("task_name", task.task().value());
            entry.put("action", task.action().code());
            ArrayNode reasons = entry.putArray("reasons");
            for (Reason reason : task.reasons()) {
                ObjectNode one = reasons.addObject().put("code", reason.code().code());
                ArrayNode detail = one.putArray("detail");
                reason.detail().forEach(detail::add);
            }
        }
        return write(json);
    }

    @Nullable
    Plan plan(@Nullable String text) {
        if (text == null) {
            return null;
        }
        List<TaskPlan> tasks = new ArrayList<>();
        for (JsonNode entry : read(text)) {
            tasks.add(new TaskPlan(
                    new TaskName(entry.path("task_name").textValue()),
                    Action.of(entry.path("action").textValue()),
                    reasons(entry.path("reasons"))));
        }
        return new Plan(tasks);
    }

    private static List<Reason> reasons(JsonNode json) {
        List<Reason> reasons = new ArrayList<>();
        for (JsonNode one : json) {
            List<String> detail = new ArrayList<>();
            one.path("detail").forEach(each -> detail.add(each.textValue()));
            reasons.add(new Reason(Reason.Code.of(one.path("code").textValue()), detail));
        }
        return reasons;
    }
}
