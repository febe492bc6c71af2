package dev.reflow.persistence;

import dev.reflow.organization.Caller;
import dev.reflow.organization.Permission;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** The conditions of a query that is put together, with the arguments that they name. */
final class Where {
    private final List<String> conditions = new ArrayList<>();
    private final List<Object> arguments = new ArrayList<>();

    /** Adds an argument and answers its placeholder. */
    String argument(Object value) {
        arguments.add(value);
        return "$" + arguments.size();
    }

    /** A pattern for {@code like}. A search for "50%" is not one for everything that begins with 50. */
    static String containing(String text) {
        return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    /** Only where the caller may see the flow {@code f}. That something is assigned to a worker is kept nowhere yet. */
    void visibleTo(Caller caller) {
        if (!caller.may(Permission.READ_ALL)) {
            and("false");
        } else if (!caller.may(Permission.READ_PRIVATE)) {
            and("(f.visibility <> 'private' or f.creator = " + argument(caller.subject()) + ")");
        }
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
