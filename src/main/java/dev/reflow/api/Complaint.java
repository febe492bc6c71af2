package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a value, wherever it stands. */
record Complaint(String type, String msg) {
    static final Complaint MISSING = new Complaint("missing", "Field required");

    static Complaint noneOf(List<String> allowed) {
        List<String> quoted = allowed.stream().map(value -> "'" + value + "'").toList();
        int last = quoted.size() - 1;
        String choice =
                last == 0 ? quoted.get(0) : String.join(", ", quoted.subList(0, last)) + " or " + quoted.get(last);
        return new Complaint("enum", "Input should be " + choice);
    }

    Fault at(List<Object> loc, @Nullable JsonNode input) {
        return new Fault(loc, type, msg, input);
    }
}
