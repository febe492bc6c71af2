package dev.reflow.error;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with what a client sent.
 *
 * @param loc where: names and array indexes, outermost first
 * @param type the kind of fault, a stable identifier
 * @param msg what is wrong, for a person
 * @param input the value that is wrong; null when there is none to show
 */
public record Fault(
        List<Object> loc, String type, String msg, @Nullable JsonNode input) {
    public Fault {
        loc = List.copyOf(loc);
    }

    public Fault(List<Object> loc, String type, String msg) {
        this(loc, type, msg, null);
    }
}
