package dev.reflow.persistence;

import dev.reflow.organization.ApiKeyToken;
import dev.reflow.organization.Caller;
import dev.reflow.organization.IssuedApiKey;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.Role;
import dev.reflow.organization.ServiceAccount;
import dev.reflow.organization.ServiceAccountStore;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Service accounts and API keys. Every statement carries the organization. */
@ApplicationScoped
class PostgresServiceAccountStore implements ServiceAccountStore {
    private static final String ACCOUNT =
            "a.id, a.organization_id, a.name, a.description, a.status, a.modified_by, a.created_at, a.updated_at";
    private static final String KEY = "k.id, k.organization_id, k.service_account_id, k.name, k.description,"
            + " k.token_prefix, k.last_used_at, k.modified_by, k.created_at, k.updated_at";

    private final Sessions sessions;
    private final ConnectionPools pools;

    PostgresServiceAccountStore(Sessions sessions, ConnectionPools pools) {
        this.sessions = sessions;
        this.pools = pools;
    }

    @Override
    public Uni<ServiceAccount> create(Caller caller, String name, @Nullable String description) {
        return change(
                        caller,
                        "insert into service_account as a (id, organization_id, name, description, modified_by)"
                                + " values (gen_random_uuid(), $1, $2, $3, $4) returning " + ACCOUNT,
                        Tuple.of(caller.organization().value(), name, description, caller.name()),
                        PostgresServiceAccountStore::account)
                .map(created -> created.get(0));
    }

    @Override
    public Uni<List<ServiceAccount>> list(OrganizationId organization, int offset, int limit) {
        return all(
                organization,
                "select " + ACCOUNT + " from service_account a where a.organization_id = $1"
                        + " order by a.created_at desc, a.id desc offset $2 limit $3",
                Tuple.of(organization.value(), offset, limit),
                PostgresServiceAccountStore::account);
    }

    @Override
    public Uni<Optional<ServiceAccount>> find(OrganizationId organization, UUID account) {
        return first(
                organization,
                "select " + ACCOUNT + " from service_account a where a.organization_id = $1 and a.id = $2",
                Tuple.of(organization.value(), account),
                PostgresServiceAccountStore::account);
    }

    @Override
    public Uni<Optional<ServiceAccount>> update(Caller caller, UUID account, Change change) {
        return changed(
                caller,
                "update service_account a set name = coalesce($3, a.name),"
                        + " description = case when $4 then $5 else a.description end, modified_by = $6,"
                        + " updated_at = next_updated_at(a.updated_at)"
                        + " where a.organization_id = $1 and a.id = $2 returning " + ACCOUNT,
                describing(Tuple.of(caller.organization().value(), account), caller, change),
                PostgresServiceAccountStore::account);
    }

    @Override
    public Uni<Boolean> delete(Caller caller, UUID account) {
        return changes(
                caller,
                "delete from service_account where organization_id = $1 and id = $2 returning id",
                Tuple.of(caller.organization().value(), account));
    }

    @Override
    public Uni<Optional<IssuedApiKey>> createKey(
            Caller caller,
            UUID account,
            ApiKeyToken token,
            Set<Role> roles,
            String name,
            @Nullable String description) {
        return changed(
                caller,
                "insert into api_key as k (id, organization_id, service_account_id, name, description, token_prefix,"
                        + " token_hash, roles, modified_by) select gen_random_uuid(), a.organization_id, a.id, $3, $4, $5,"
                        + " $6, $7, $8 from service_account a where a.organization_id = $1 and a.id = $2 for key share of a"
                        + " returning " + KEY,
                Tuple.tuple()
                        .addUUID(caller.organization().value())
                        .addUUID(account)
                        .addString(name)
                        .addString(description)
                        .addString(token.prefix())
                        .addBuffer(Buffer.buffer(token.hash()))
                        .addArrayOfString(roles.stream().map(Role::code).toArray(String[]::new))
                        .addString(caller.name()),
                PostgresServiceAccountStore::key);
    }

    @Override
    public Uni<Optional<List<IssuedApiKey>>> listKeys(
            OrganizationId organization, UUID account, int offset, int limit) {
        return find(organization, account)
                .flatMap(found -> found.isEmpty()
                        ? Uni.createFrom().item(Optional.empty())
                        : all(
                                        organization,
                                        "select " + KEY + " from api_key k where k.organization_id = $1"
                                                + " and k.service_account_id = $2 and k.deleted_at is null"
                                                + " order by k.created_at desc, k.id desc offset $3 limit $4",
                                        Tuple.of(organization.value(), account, offset, limit),
                                        PostgresServiceAccountStore::key)
                                .map(Optional::of));
    }

    @Override
    public Uni<Optional<IssuedApiKey>> updateKey(Caller caller, UUID account, UUID key, Change change) {
        return changed(
                caller,
                "update api_key k set name = coalesce($3, k.name),"
                        + " description = case when $4 then $5 else k.description end, modified_by = $6,"
                        + " updated_at = next_updated_at(k.updated_at) where k.organization_id = $1 and k.id = $2"
                        + " and k.service_account_id = $7 and k.deleted_at is null returning " + KEY,
                describing(Tuple.of(caller.organization().value(), key), caller, change)
                        .addUUID(account),
                PostgresServiceAccountStore::key);
    }

    @Override
    public Uni<Boolean> revokeKey(Caller caller, UUID account, UUID key) {
        return changes(
                caller,
                "update api_key set deleted_at = clock_timestamp(), modified_by = $4,"
                        + " updated_at = next_updated_at(updated_at) where organization_id = $1 and id = $2"
                        + " and service_account_id = $3 and deleted_at is null returning id",
                Tuple.of(caller.organization().value(), key, account, caller.name()));
    }

    @Override
    public Uni<Boolean> isInForce(OrganizationId organization, UUID key) {
        return sessions.query(
                        organization,
                        "select from api_key k join service_account a on a.id = k.service_account_id"
                                + " where k.organization_id = $1 and k.id = $2 and k.deleted_at is null"
                                + " and a.status = 'active'",
                        Tuple.of(organization.value(), key))
                .map(found -> found.rowCount() > 0);
    }

    @Override
    public Uni<Void> used(Collection<UUID> keys) {
        return pools.engine()
                .preparedQuery("update api_key set last_used_at = clock_timestamp() where id = any ($1)")
                .execute(Tuple.of(keys.toArray(UUID[]::new)))
                .replaceWithVoid();
    }

    private static Tuple describing(Tuple which, Caller caller, Change change) {
        return which.addString(change.name())
                .addBoolean(change.describes())
                .addString(change.description())
                .addString(caller.name());
    }

    private Uni<Boolean> changes(Caller caller, String sql, Tuple arguments) {
        return sessions.change(caller, sql, arguments).map(changed -> changed.rowCount() > 0);
    }

    private <T> Uni<Optional<T>> changed(Caller caller, String sql, Tuple arguments, Function<Row, T> value) {
        return change(caller, sql, arguments, value)
                .map(changed -> changed.stream().findFirst());
    }

    private <T> Uni<List<T>> change(Caller caller, String sql, Tuple arguments, Function<Row, T> value) {
        return sessions.change(caller, sql, arguments).map(changed -> values(changed, value));
    }

    private <T> Uni<Optional<T>> first(
            OrganizationId organization, String sql, Tuple arguments, Function<Row, T> value) {
        return all(organization, sql, arguments, value)
                .map(found -> found.stream().findFirst());
    }

    private <T> Uni<List<T>> all(OrganizationId organization, String sql, Tuple arguments, Function<Row, T> value) {
        return sessions.query(organization, sql, arguments).map(found -> values(found, value));
    }

    private static <T> List<T> values(RowSet<Row> rows, Function<Row, T> value) {
        List<T> values = new ArrayList<>();
        rows.forEach(row -> values.add(value.apply(row)));
        return values;
    }

    private static ServiceAccount account(Row row) {
        return new ServiceAccount(
                row.getUUID("id"),
                new OrganizationId(row.getUUID("organization_id")),
                row.getString("name"),
                row.getString("description"),
                row.getString("status").equals("active"),
                row.getString("modified_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    private static IssuedApiKey key(Row row) {
        OffsetDateTime used = row.getOffsetDateTime("last_used_at");
        return new IssuedApiKey(
                row.getUUID("id"),
                new OrganizationId(row.getUUID("organization_id")),
                row.getUUID("service_account_id"),
                row.getString("name"),
                row.getString("description"),
                row.getString("token_prefix"),
                used == null ? null : used.toInstant(),
                row.getString("modified_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }
}
