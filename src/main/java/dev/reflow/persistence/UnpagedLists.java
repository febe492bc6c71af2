package dev.reflow.persistence;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;

/** Lists of a whole organization without pages: they are put together in memory, so they must not be of any length. */
@ApplicationScoped
class UnpagedLists {
    private final int maxRows;

    @ConfigMapping(prefix = "reflow.limits.lists")
    public interface Config {
        /** How many attempts, or sent outputs, a list may be made of that does not ask for one execution. */
        @WithDefault("5000")
        int maxRows();
    }

    UnpagedLists(Config config) {
        this.maxRows = config.maxRows();
    }

    /** Fails with {@link ErrorCode#BAD_REQUEST} if there are too many. @param from tables and how they are joined */
    Uni<Void> requireFew(SqlClient client, String from, Where where) {
        return client.preparedQuery("select count(*) from (select from " + from + " where " + where.sql() + " limit "
                        + (maxRows + 1L) + ") few")
                .execute(where.arguments())
                .invoke(counted -> {
                    if (counted.iterator().next().getLong(0) > maxRows) {
                        throw new ReflowException(
                                ErrorCode.BAD_REQUEST,
                                "The list would be made of more than " + maxRows
                                        + " entries; ask for those of one execution with flow_execution_id");
                    }
                })
                .replaceWithVoid();
    }
}
