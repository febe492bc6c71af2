package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** JSON equality in which 1, 1.0 and 1e0 are the same number. */
public final class JsonEquality {
    private static final Comparator<JsonNode> LEAVES = (one, other) -> one.isNumber() && other.isNumber()
            ? one.decimalValue().compareTo(other.decimalValue())
            : one.equals(other) ? 0 : 1;

    private JsonEquality() {}

    /** Two absent values are the same; an absent one and a JSON null are not. */
    public static boolean same(@Nullable JsonNode one, @Nullable JsonNode other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return one.equals(LEAVES, other);
    }
}
