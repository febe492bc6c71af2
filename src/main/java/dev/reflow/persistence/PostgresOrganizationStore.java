package dev.reflow.persistence;

import dev.reflow.organization.ApiKey;
import dev.reflow.organization.ApiKeyToken;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import dev.reflow.organization.OrganizationStore;
import dev.reflow.organization.Role;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Organizations, service accounts and API keys. */
@ApplicationScoped
class PostgresOrganizationStore implements OrganizationStore {
    private final Pool pool;
    private final ConnectionPools pools;
    private final GroupCommit.Lane<String, List<ApiKey>> lookups;

    PostgresOrganizationStore(Pool pool, ConnectionPools pools, MeterRegistry registry, CallSpans spans) {
        this.pool = pool;
        this.pools = pools;
        this.lookups = new GroupCommit(registry, spans)
                .lane(
                        "find_api_keys",
                        new GroupCommit.Shape<>(Comparator.<String>naturalOrder(), prefix -> 0, null),
                        this::findAll);
    }

    @Override
    public Uni<List<ApiKey>> findApiKeys(String tokenPrefix) {
        return lookups.submit(tokenPrefix);
    }

    /** In the order of the prefixes. */
    private Uni<List<List<ApiKey>>> findAll(List<String> prefixes) {
        return pool.preparedQuery("select * from find_api_keys($1)")
                .execute(Tuple.of(prefixes.stream().distinct().toArray(String[]::new)))
                .map(found -> {
                    Map<String, List<ApiKey>> keys = new HashMap<>();
                    for (Row row : found) {
                        keys.computeIfAbsent(row.getString("token_prefix"), prefix -> new ArrayList<>())
                                .add(apiKey(row));
                    }
                    return prefixes.stream()
                            .map(prefix -> keys.getOrDefault(prefix, List.of()))
                            .toList();
                });
    }

    private static ApiKey apiKey(Row row) {
        return new ApiKey(
                row.getUUID("id"),
                new OrganizationId(row.getUUID("organization_id")),
                row.getUUID("service_account_id"),
                row.getString("name"),
                Stream.of(row.getArrayOfStrings("roles")).map(Role::of).collect(Collectors.toSet()),
                row.getBuffer("token_hash").getBytes());
    }

    @Override
    public Uni<Boolean> exists(OrganizationId organization) {
        return pools.engine()
                .preparedQuery("select from organization where id = $1")
                .execute(Tuple.of(organization.value()))
                .map(found -> found.rowCount() > 0);
    }

    @Override
    public Uni<Void> ensure(Caller caller) {
        OrganizationId organization = caller.organization();
        return pools.engine()
                .preparedQuery("with created as (insert into organization (id, name) values ($1, $2)"
                        + " on conflict do nothing returning id)"
                        + " select record_change(c.id, array[c.id], $3) from created c")
                .execute(Tuple.of(organization.value(), organization.toString(), Sessions.describe(caller)))
                .replaceWithVoid();
    }

    @Override
    public Uni<Bootstrapped> bootstrap(ApiKeyToken key, List<Role> roles, boolean onlyWhenEmpty, SampleFlow flow) {
        return pools.engine()
                .preparedQuery("select organization, organization_created, key_created"
                        + " from bootstrap($1, $2, $3, $4, $5, $6, $7, $8, $9)")
                .execute(Tuple.tuple()
                        .addString(key.prefix())
                        .addBuffer(Buffer.buffer(key.hash()))
                        .addArrayOfString(roles.stream().map(Role::code).toArray(String[]::new))
                        .addBoolean(onlyWhenEmpty)
                        .addUUID(flow.id())
                        .addString(flow.displayName())
                        .addString(flow.description())
                        .addString(flow.definition().toString())
                        .addArrayOfString(flow.tags().toArray(String[]::new)))
                .map(found -> {
                    Row row = found.iterator().next();
                    return new Bootstrapped(
                            new OrganizationId(row.getUUID("organization")),
                            row.getBoolean("organization_created"),
                            row.getBoolean("key_created"));
                });
    }
}
