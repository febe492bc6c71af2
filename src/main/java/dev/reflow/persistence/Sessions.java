package dev.reflow.persistence;

import dev.reflow.organization.OrganizationId;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Transactions for one organization, which each names at its beginning. What belongs to another one is not there for
 * them, even where a statement does not ask whose something is.
 */
@ApplicationScoped
class Sessions {
    private final Pool pool;

    Sessions(Pool pool) {
        this.pool = pool;
    }

    /** A transaction of one statement. */
    Uni<RowSet<Row>> query(OrganizationId organization, String sql, Tuple arguments) {
        return of(organization, client -> client.preparedQuery(sql).execute(arguments));
    }

    /** @param work its first statement is sent along; it uses no other connection */
    <T> Uni<T> of(OrganizationId organization, Function<SqlClient, Uni<T>> work) {
        return pool.withTransaction(client -> {
            // A connection does one thing after the other, so that nothing has to wait for this answer.
            Uni<?> named = client.query("set local reflow.organization = '" + organization + "'")
                    .execute();
            return Uni.combine().all().unis(named, work.apply(client)).with((done, answer) -> answer);
        });
    }

    /** @param work with the entities of the session that it is called in */
    <T> Uni<T> ofEntities(OrganizationId organization, Supplier<Uni<T>> work) {
        return Panache.withTransaction(() -> Panache.getSession()
                .flatMap(session -> session.createNativeQuery(
                                "select set_config('reflow.organization', :organization, true)", String.class)
                        .setParameter("organization", organization.toString())
                        .getSingleResult())
                .flatMap(named -> work.get()));
    }
}
