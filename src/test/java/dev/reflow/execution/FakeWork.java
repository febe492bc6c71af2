package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.support.RecordingTaskExecutor;
import dev.reflow.task.TaskExecutors;
import java.math.BigDecimal;
import java.util.List;

/**
 * What the tasks of a property's sample do: the output follows from the executor and the parameters alone. Most
 * executors make the same of many parameters, so that a change often ends where it began.
 */
final class FakeWork {
    static final String INPUT = "start";
    static final String NEVER_REUSED = "dice";
    static final List<String> OTHERS = List.of("sum", "sum", "parity", "parity", "sign", "constant", "bare", "dice");
    static final TaskExecutors EXECUTORS = new TaskExecutors(List.of(
            RecordingTaskExecutor.input(INPUT),
            RecordingTaskExecutor.echo("sum"),
            RecordingTaskExecutor.echo("parity"),
            RecordingTaskExecutor.echo("sign"),
            RecordingTaskExecutor.echo("constant"),
            RecordingTaskExecutor.echo("bare"),
            RecordingTaskExecutor.neverReused(NEVER_REUSED)));

    private FakeWork() {}

    static JsonNode output(String executor, JsonNode parameters) {
        int weight = weight(parameters);
        return switch (executor) {
            case "parity" -> of(weight % 2);
            case "sign" -> of(weight > 50 ? 1 : 0);
            case "constant" -> of(7);
            case "bare" -> JsonNodeFactory.instance.objectNode().put("v", weight % 3);
            default -> of(weight);
        };
    }

    /** An output in which every path leads somewhere. */
    static JsonNode of(int value) {
        ObjectNode output = JsonNodeFactory.instance.objectNode().put("v", value);
        output.putObject("p").put("v", value / 2);
        return output;
    }

    /** A number below 100, the same for the same JSON. */
    private static int weight(JsonNode value) {
        if (value.isNumber()) {
            return Math.floorMod(
                    new BigDecimal(value.asText()).stripTrailingZeros().hashCode(), 100);
        }
        if (value.isContainerNode()) {
            int[] weight = {3};
            value.properties()
                    .forEach(field -> weight[0] += field.getKey().hashCode() % 7 * (1 + weight(field.getValue())));
            return Math.floorMod(weight[0], 100);
        }
        return Math.floorMod(value.asText().hashCode(), 100);
    }

    /** Whether two values are equal, numbers by what they are worth. */
    static boolean same(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return new BigDecimal(one.asText()).compareTo(new BigDecimal(other.asText())) == 0;
        }
        if (!one.isContainerNode() || one.getNodeType() != other.getNodeType() || one.size() != other.size()) {
            return one.equals(other);
        }
        if (one.isArray()) {
            for (int i = 0; i < one.size(); i++) {
                if (!same(one.get(i), other.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return one.properties().stream()
                .allMatch(field -> other.has(field.getKey()) && same(field.getValue(), other.get(field.getKey())));
    }
}
