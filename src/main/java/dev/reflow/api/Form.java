package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a client sent and remembers every fault on the way. A value that cannot be read is replaced by a
 * placeholder: nothing read from a form means anything before {@link #check()} has returned.
 */
public final class Form {
    private static final int MOST_FAULTS = 1000;
    private static final List<Object> BODY = List.of("body");

    private final List<Fault> faults = new ArrayList<>();

    public Field path(String name, @Nullable String raw) {
        return parameter("path", name, raw);
    }

    public Field query(String name, @Nullable String raw) {
        return parameter("query", name, raw == null ? SentEmpty.query(name) : raw);
    }

    /** A parameter that may be repeated; absent when it is not there at all. */
    public Field query(String name, List<String> raw) {
        ArrayNode values = JsonNodeFactory.instance.arrayNode();
        raw.forEach(values::add);
        if (raw.isEmpty() && SentEmpty.query(name) != null) {
            values.add("");
        }
        return new Field(this, List.of("query", name), values.isEmpty() ? null : values);
    }

    public Field header(String name, @Nullable String raw) {
        return parameter("header", name, raw == null ? SentEmpty.header(name) : raw);
    }

    /** The members of a body that has to be an object. */
    public Members body(JsonBody body) {
        return find(body).map(object -> new Members(this, BODY, object)).orElseGet(Members::none);
    }

    /** A body that has to be an object, whose members are the client's business, kept as it came. */
    public ObjectNode object(JsonBody body) {
        return find(body).orElseGet(JsonNodeFactory.instance::objectNode);
    }

    private Optional<ObjectNode> find(JsonBody body) {
        JsonNode tree = body.tree();
        if (body.fault() != null) {
            fault(body.fault());
        } else if (tree == null) {
            fault(new Fault(BODY, "missing", "Field required"));
        } else if (tree instanceof ObjectNode object) {
            return Optional.of(object);
        } else {
            fault(Field.NO_OBJECT.at(BODY, tree));
        }
        return Optional.empty();
    }

    /** Adds a fault that only the caller can see, such as two members that contradict each other. */
    public void fault(Fault fault) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(fault);
        }
    }

    /** @throws ReflowException with all the faults, if there is any */
    public void check() {
        if (!faults.isEmpty()) {
            throw ReflowException.of(ErrorCode.VALIDATION_ERROR, "The request is not valid", faults);
        }
    }

    private Field parameter(String where, String name, @Nullable String raw) {
        return new Field(this, List.of(where, name), raw == null ? null : TextNode.valueOf(raw));
    }
}
