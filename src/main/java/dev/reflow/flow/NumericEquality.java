package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/** JSON equality in which 1, 1.0 and 1e0 are the same number. */
enum NumericEquality implements Comparator<JsonNode> {
    INSTANCE;

    @Override
    public int compare(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    }
}
