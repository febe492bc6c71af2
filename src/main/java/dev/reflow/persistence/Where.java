package dev.reflow.persistence;

import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** The conditions of a query that is put together, with the arguments that they name. */
final class Where {
    private final List<String> conditions = new ArrayList<>();
    private final List<Object> arguments = new ArrayList<>();

    Where copy() {
        Where copy = new Where();
        copy.conditions.addAll(conditions);
        copy.arguments.addAll(arguments);
        return copy;
    }

    /** Adds an argument and answers its placeholder. */
    String argument(Object value) {
        arguments.add(value);
        return "$" + arguments.size();
    }

    /** A pattern for {@code like}. A search for "50%" is not one for everything that begins with 50. */
    static String containing(String text) {
        return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    void and(String condition) {
        conditions.add(condition);
    }

    String sql() {
        return String.join(" and ", conditions);
    }

    Tuple arguments() {
        return Tuple.from(arguments);
    }
}
