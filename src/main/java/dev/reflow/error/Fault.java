package dev.reflow.error;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** The fault of something that has the faulty value inside it. */
    public Fault within(Object step) {
        return new Fault(Stream.concat(Stream.of(step), loc.stream()).toList(), type, msg, input);
    }

    /** As a sentence that begins with the place, such as {@code output.items[0]: Field required}. */
    public String text(String what) {
        return loc.stream()
                .map(step -> step instanceof Integer ? "[" + step + "]" : "." + step)
                .collect(Collectors.joining("", what, ": " + msg));
    }
}
