package dev.reflow.support;

import dev.reflow.organization.ApiKeyToken;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.Supplier;

/** Gives each test an organization of its own, so that none sees what another one does. */
@ApplicationScoped
public class Organizations {
    private final Pool pool;

    Organizations(OwnerPool owner) {
        this.pool = owner.pool();
    }

    /** A client with the rights of an administrator and of an integration. */
    public ApiClient create() {
        UUID organization = UUID.randomUUID();
        execute("insert into organization (id, name) values ($1, 'of a test')", Tuple.of(organization));
        return join(organization, "admin", "org_admin", "integration");
    }

    /** Another client of the organization. */
    public ApiClient join(UUID organization, String name, String... roles) {
        UUID account = UUID.randomUUID();
        ApiKeyToken key = ApiKeyToken.random(new SecureRandom());
        execute(
                "insert into service_account (id, organization_id, name, modified_by) values ($1, $2, $3, 'test')",
                Tuple.of(account, organization, name));
        execute(
                "insert into api_key (id, organization_id, service_account_id, name, token_prefix, token_hash, roles,"
                        + " modified_by) values (gen_random_uuid(), $1, $2, 'key', $3, $4, $5, 'test')",
                Tuple.of(
                        organization,
                        account,
                        key.prefix(),
                        Buffer.buffer(key.hash()).getDelegate(),
                        roles));
        return new ApiClient(organization, key.value());
    }

    public void execute(String sql, Tuple arguments) {
        pool.preparedQuery(sql).execute(arguments).await().indefinitely();
    }

    public long count(String sql, Tuple arguments) {
        return one(sql, arguments).getLong(0);
    }

    /** The one id that a query answers. */
    public UUID idOf(String sql, Tuple arguments) {
        return one(sql, arguments).getUUID(0);
    }

    /** The one text that a query answers. */
    public String textOf(String sql, Tuple arguments) {
        return one(sql, arguments).getString(0);
    }

    /** An event that draws its number before something else happens, and is committed after it. Its execution is made up. */
    public String lateEvent(ApiClient api, String flow, Runnable meanwhile) {
        UUID execution = UUID.randomUUID();
        pool.withTransactionAndAwait(connection -> connection
                .preparedQuery("insert into execution_event (organization_id, flow_id, flow_execution_id, generation,"
                        + " status) values ($1, $2, $3, 1, 'running')")
                .execute(Tuple.of(api.organization(), UUID.fromString(flow), execution))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .invoke(meanwhile));
        return execution.toString();
    }

    /** What comes of something that happens while nobody else can change the execution. */
    public <T> T whileLocked(String execution, Supplier<T> meanwhile) {
        return pool.withTransactionAndAwait(connection -> connection
                .preparedQuery("select id from flow_execution where id = $1 for no key update")
                .execute(Tuple.of(UUID.fromString(execution)))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(locked -> meanwhile.get()));
    }

    private Row one(String sql, Tuple arguments) {
        return pool.preparedQuery(sql)
                .execute(arguments)
                .await()
                .indefinitely()
                .iterator()
                .next();
    }
}
