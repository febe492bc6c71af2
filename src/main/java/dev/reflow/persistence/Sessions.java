package dev.reflow.persistence;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Transactions for one organization, which each names at its beginning. What belongs to another one is not there for
 * them, even where a statement does not ask whose something is. One that changes nothing cannot: there is no change
 * without a caller, and none without its record.
 */
@ApplicationScoped
class Sessions {
    private static final String RECORD = "select record_change($1, $2, $3)";

    private final Pool pool;
    private final CallSpans spans;

    Sessions(Pool pool, CallSpans spans) {
        this.pool = pool;
        this.spans = spans;
    }

    /** A transaction of one statement that reads. */
    Uni<RowSet<Row>> query(OrganizationId organization, String sql, Tuple arguments) {
        return of(organization, client -> client.preparedQuery(sql).execute(arguments));
    }

    /** A transaction that reads. @param work its first statement is sent along; it uses no other connection */
    <T> Uni<T> of(OrganizationId organization, Function<SqlClient, Uni<T>> work) {
        return transaction("read", "set local transaction_read_only = on; " + naming(organization), work);
    }

    /** A transaction of one statement, which answers a row with the {@code id} of each thing that it has changed. */
    Uni<RowSet<Row>> change(Caller caller, String sql, Tuple arguments) {
        return change(
                caller,
                client -> client.preparedQuery(sql).execute(arguments),
                changed -> StreamSupport.stream(changed.spliterator(), false)
                        .map(row -> row.getUUID("id"))
                        .toList());
    }

    /** @param things what was changed, if anything, when the work has answered this */
    <T> Uni<T> change(Caller caller, Function<SqlClient, Uni<T>> work, Function<T, Collection<UUID>> things) {
        return transaction(
                "change",
                naming(caller.organization()),
                client -> work.apply(client).call(answer -> record(client, caller, things.apply(answer))));
    }

    private <T> Uni<T> transaction(String name, String beginning, Function<SqlClient, Uni<T>> work) {
        return spans.of(
                name,
                span -> pool.withTransaction(client -> {
                    // A connection does one thing after the other, so that nothing has to wait for this answer.
                    Uni<?> begun = client.query(beginning).execute();
                    return Uni.combine().all().unis(begun, work.apply(client)).with((done, answer) -> answer);
                }));
    }

    private static String naming(OrganizationId organization) {
        return "set local reflow.organization = '" + organization + "'";
    }

    private static Uni<?> record(SqlClient client, Caller caller, Collection<UUID> things) {
        return things.isEmpty()
                ? Uni.createFrom().nullItem()
                : client.preparedQuery(RECORD)
                        .execute(
                                Tuple.of(caller.organization().value(), things.toArray(UUID[]::new), describe(caller)));
    }

    private static Uni<?> recordEntities(Caller caller, Collection<UUID> things) {
        return things.isEmpty()
                ? Uni.createFrom().nullItem()
                : Panache.getSession()
                        .flatMap(session -> session.createNativeQuery(
                                        "select count(*) from record_change(cast(:organization as uuid),"
                                                + " cast(string_to_array(:things, ',') as uuid[]), :by)",
                                        Long.class)
                                .setParameter(
                                        "organization", caller.organization().toString())
                                .setParameter(
                                        "things",
                                        things.stream().map(UUID::toString).collect(Collectors.joining(",")))
                                .setParameter("by", describe(caller))
                                .getSingleResult());
    }

    /** Who it is, as the functions that record changes and begin generations read it. */
    static String describe(Caller caller) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("subject", caller.subject())
                .put("name", caller.name())
                .put("credential", caller.origin().credential().code())
                .put("operation", caller.origin().operation())
                .put("request_id", caller.origin().requestId())
                .put("trace_parent", caller.origin().traceParent())
                .toString();
    }

    /** @param work reads entities of the session that it is called in */
    <T> Uni<T> ofEntities(OrganizationId organization, Supplier<Uni<T>> work) {
        return entities(organization, true, work);
    }

    /** As {@link #change}, with the entities of the session that the work is called in. */
    <T> Uni<T> changeEntities(Caller caller, Supplier<Uni<T>> work, Function<T, Collection<UUID>> things) {
        return entities(
                caller.organization(),
                false,
                () -> work.get().call(answer -> recordEntities(caller, things.apply(answer))));
    }

    private <T> Uni<T> entities(OrganizationId organization, boolean readOnly, Supplier<Uni<T>> work) {
        return spans.of(
                readOnly ? "read" : "change",
                span -> Panache.withTransaction(() -> Panache.getSession()
                        .flatMap(session -> session.createNativeQuery(
                                        "select set_config('reflow.organization', :organization, true)"
                                                + " || set_config('transaction_read_only', :read_only, true)",
                                        String.class)
                                .setParameter("organization", organization.toString())
                                .setParameter("read_only", readOnly ? "on" : "off")
                                .getSingleResult())
                        .flatMap(named -> work.get())));
    }
}
