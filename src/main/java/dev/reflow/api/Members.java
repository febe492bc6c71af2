package dev.reflow.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The members of one JSON object. Members that nobody asks for are accepted. */
public final class Members {
    private final Form form;
    private final List<Object> loc;
    private final ObjectNode object;

    Members(Form form, List<Object> loc, ObjectNode object) {
        this.form = form;
        this.loc = loc;
        this.object = object;
    }

    /** Stands in for an object that could not be read: what is read from it is a placeholder, without further faults. */
    static Members none() {
        return new Members(new Form(), List.of(), JsonNodeFactory.instance.objectNode());
    }

    /** Whether there is such a member, maybe null. */
    boolean has(String name) {
        return object.has(name);
    }

    public Field field(String name) {
        List<Object> at = new ArrayList<>(loc);
        at.add(name);
        return new Field(form, at, object.get(name));
    }
}
