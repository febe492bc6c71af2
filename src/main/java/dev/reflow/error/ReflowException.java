package dev.reflow.error;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A failure that a client is told about: its code, a sentence, and details where the code has some. */
public final class ReflowException extends RuntimeException {
    private final ErrorCode code;
    private final List<Fault> faults;
    private final transient @Nullable JsonNode details;

    private ReflowException(ErrorCode code, String message, List<Fault> faults, @Nullable JsonNode details) {
        super(message);
        this.code = code;
        this.faults = List.copyOf(faults);
        this.details = details;
    }

    public ReflowException(ErrorCode code, String message) {
        this(code, message, List.of(), null);
    }

    public static ReflowException notFound(String what) {
        return new ReflowException(ErrorCode.NOT_FOUND, what + " not found");
    }

    public static ReflowException conflict(String message) {
        return new ReflowException(ErrorCode.CONFLICT, message);
    }

    /** @param taskNames the tasks that stand in the way; they become the error's details */
    public static ReflowException conflict(String message, List<String> taskNames) {
        ArrayNode details = JsonNodeFactory.instance.arrayNode();
        taskNames.forEach(name -> details.addObject().put("task_name", name));
        return new ReflowException(ErrorCode.CONFLICT, message, List.of(), details);
    }

    /** Every fault of one request at once; they become the error's details. */
    public static ReflowException of(ErrorCode code, String message, List<Fault> faults) {
        return new ReflowException(code, message, faults, null);
    }

    public ErrorCode code() {
        return code;
    }

    public List<Fault> faults() {
        return faults;
    }

    /** Details that are not faults, such as the tasks of a conflict; null when there are none. */
    public @Nullable JsonNode details() {
        return details;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // an answer to a client, not a defect: the place it came from is of no use
    }
}
