package dev.reflow.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reflow.organization.Caller;
import dev.reflow.organization.Credential;
import dev.reflow.organization.OrganizationId;
import dev.reflow.support.ApiClient;
import dev.reflow.support.FlowBuilder;
import dev.reflow.support.Organizations;
import dev.reflow.support.OwnerPool;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the database itself keeps from those who serve requests, whatever their statements ask for. */
@QuarkusTest
class RowLevelSecurityTest {
    private static final Map<String, String> OF_ORGANIZATION = Map.of(
            "organization", "id = $1",
            "flow_version", "flow_id in (select id from flow where organization_id = $1)",
            "generation", "flow_execution_id in (select id from flow_execution where organization_id = $1)");

    @Inject
    Organizations organizations;

    @Inject
    OwnerPool owner;

    @Inject
    Pool requests;

    @Inject
    Sessions sessions;

    private OrganizationId ours;
    private OrganizationId theirs;

    @BeforeEach
    void twoOrganizations() {
        ours = withRowsInEveryTable();
        theirs = withRowsInEveryTable();
    }

    private OrganizationId withRowsInEveryTable() {
        ApiClient api = organizations.create();
        String flow = api.createFlow(FlowBuilder.flow()
                .task("order", "webhook_receive", "{}")
                .task("approval", "wait_for_webhook", "{'order': '{{order.output}}'}"));
        String execution = api.start(flow, "{}");
        api.post(
                        "/api/flow-executions/" + execution + "/webhook-data",
                        FlowBuilder.json("{'task_name': 'approval', 'data': {}}"))
                .then()
                .statusCode(200);
        api.post(
                        "/api/flow-executions/" + execution + "/task-status",
                        FlowBuilder.json("{'statuses': [{'task_name': 'order', 'status': 'done'}]}"))
                .then()
                .statusCode(200);
        api.post(
                        "/api/task-outputs",
                        FlowBuilder.json(
                                "{'flow_execution_id': '" + execution + "', 'organization_id': '" + api.organization()
                                        + "', 'task_name': 'order', 'summary': 'an order', 'output': 1, 'processing_status': 'completed'}"))
                .then()
                .statusCode(201);
        api.patch(
                        "/api/task-tags",
                        "{\"tags\": [{\"operation\": \"add\", \"flow_execution_id\": \"" + execution
                                + "\", \"task_name\": \"order\", \"tag\": \"high\", \"tag_type\": \"priority\"}]}")
                .then()
                .statusCode(200);
        api.awaitStatus(execution, "completed");
        return new OrganizationId(api.organization());
    }

    private static <T> T done(Uni<T> work) {
        return work.await().indefinitely();
    }

    private Uni<RowSet<Row>> write(String sql, Object... arguments) {
        Caller caller = new Caller(ours, "a subject", "a name", Set.of(), Credential.TOKEN);
        return sessions.change(
                caller, client -> client.preparedQuery(sql).execute(Tuple.from(arguments)), changed -> List.of());
    }

    private static Set<String> texts(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.getString(0))
                .collect(Collectors.toSet());
    }

    private Set<String> owners(String sql) {
        return texts(done(owner.pool().query(sql).execute()));
    }

    private Set<String> tables() {
        return owners("select relname::text from pg_class where relkind = 'r'"
                + " and relnamespace = current_schema()::regnamespace"
                + " and relname not in ('flyway_schema_history', 'engine_node')");
    }

    private Set<String> rowsOf(OrganizationId organization, String table) {
        String condition = OF_ORGANIZATION.getOrDefault(table, "organization_id = $1");
        return texts(done(owner.pool()
                .preparedQuery("select t::text from " + table + " t where " + condition)
                .execute(Tuple.of(organization.value()))));
    }

    @Test
    void statementWithoutAConditionReadsOneOrganizationOnly() {
        assertThat(tables()).hasSizeGreaterThan(8).allSatisfy(table -> {
            Set<String> read = texts(done(sessions.query(ours, "select t::text from " + table + " t", Tuple.tuple())));
            assertThat(read).isNotEmpty().isEqualTo(rowsOf(ours, table));
        });
    }

    @Test
    void statementWithoutAConditionWritesOneOrganizationOnly() {
        assertThat(tables()).filteredOn(table -> !table.equals("audit_event")).allSatisfy(table -> {
            Set<String> before = rowsOf(theirs, table);
            String column = organizations.textOf(
                    "select attname::text from pg_attribute where attrelid = $1::text::regclass"
                            + " and attnum > 0 and attidentity = '' order by attnum limit 1",
                    Tuple.of(table));
            RowSet<Row> written = done(write("update " + table + " set " + column + " = " + column));
            assertThat(written.rowCount()).isEqualTo(rowsOf(ours, table).size());
            assertThat(rowsOf(theirs, table)).isEqualTo(before);
        });
    }

    @Test
    void statementWithoutAConditionDeletesInOneOrganizationOnly() {
        Set<String> before = rowsOf(theirs, "webhook_data");
        done(write("delete from webhook_data"));
        assertThat(rowsOf(ours, "webhook_data")).isEmpty();
        assertThat(rowsOf(theirs, "webhook_data")).isNotEmpty().isEqualTo(before);
    }

    @Test
    void recordsOfChangesCanOnlyBeAdded() {
        Set<String> before = rowsOf(ours, "audit_event");
        assertThat(before).isNotEmpty();
        for (String statement : List.of("delete from audit_event", "update audit_event set subject = 'nobody'")) {
            assertThatThrownBy(() -> done(write(statement))).as(statement).satisfies(this::isNotAllowed);
        }
        assertThat(rowsOf(ours, "audit_event")).isEqualTo(before);
    }

    private void isNotAllowed(Throwable refusal) {
        assertThat(refusal)
                .isInstanceOfSatisfying(
                        PgException.class,
                        refused -> assertThat(refused.getSqlState()).isEqualTo("42501"));
    }

    @Test
    void readingTransactionCannotChangeAnything() {
        assertThatThrownBy(() -> done(sessions.query(ours, "delete from webhook_data", Tuple.tuple())))
                .isInstanceOfSatisfying(
                        PgException.class,
                        refused -> assertThat(refused.getSqlState()).isEqualTo("25006"));
    }

    @Test
    void nothingIsWrittenIntoAnotherOrganization() {
        for (String statement : List.of(
                "update flow set organization_id = $1",
                "update task_execution set organization_id = $1",
                "insert into service_account (id, organization_id, name, modified_by)"
                        + " values (gen_random_uuid(), $1, 'spy', 'spy')",
                "insert into flow_version (flow_id, version, definition, created_by, modified_by)"
                        + " select f.id, 2, '{}', 'spy', 'spy' from (select $1::uuid as o) o, (select '"
                        + idOfTheirFlow() + "'::uuid as id) f")) {
            assertThatThrownBy(() -> done(write(statement, theirs.value())))
                    .as(statement)
                    .satisfies(this::isNotAllowed);
        }
    }

    private UUID idOfTheirFlow() {
        return organizations.idOf("select id from flow where organization_id = $1", Tuple.of(theirs.value()));
    }

    @Test
    void nothingIsThereBeforeATransactionNamesItsOrganization() {
        assertThat(tables())
                .allSatisfy(table -> assertThat(
                                done(requests.query("select from " + table).execute())
                                        .size())
                        .isZero());
    }

    @Test
    void organizationIsForgottenAtTheEndOfTheTransaction() {
        done(requests.withConnection(connection -> connection
                .query("begin; set local reflow.organization = '" + ours + "'; commit")
                .execute()
                .flatMap(named -> connection.query("select from flow").execute())
                .invoke(flows -> assertThat(flows.size()).isZero())));
    }

    @Test
    void requestsAreServedAsARoleThatOwnsNothing() {
        done(requests.withConnection(connection -> currentUser(connection)
                .invoke(user -> assertThat(user).isEqualTo("reflow_request"))
                .flatMap(user -> connection.query("reset role").execute())
                .flatMap(reset -> currentUser(connection))
                .invoke(user -> assertThat(user).isEqualTo("reflow_request"))));
        assertThat(owners("select tableowner::text from pg_tables where schemaname = current_schema()"))
                .doesNotContain("reflow_request");
    }

    private static Uni<String> currentUser(SqlClient client) {
        return client.query("select current_user::text")
                .execute()
                .map(found -> found.iterator().next().getString(0));
    }

    @Test
    void fewFunctionsAreExemptAndNobodyElseCallsThem() {
        String exempt = " from pg_proc where prosecdef and pronamespace = current_schema()::regnamespace";
        assertThat(owners("select proname::text" + exempt)).containsExactlyInAnyOrder("find_api_keys", "re_execute");
        assertThat(owners("select array_to_string(proconfig, ' ')" + exempt))
                .allSatisfy(settings -> assertThat(settings).contains("search_path=public, pg_temp"));
        assertThat(owners("select has_function_privilege('public', oid, 'execute')::text" + exempt))
                .containsExactly("false");
    }

    @Test
    void exemptFunctionLooksAtTheOrganizationOfEachArgument() {
        UUID execution = organizations.idOf(
                "select id from flow_execution where organization_id = $1", Tuple.of(theirs.value()));
        Set<String> before = rowsOf(theirs, "flow_execution");
        RowSet<Row> answered = done(requests.preparedQuery("select outcome from re_execute($1, $2, array['spy'],"
                        + " array['spy'], array[true], array['full'], array['key'], array[null]::text[],"
                        + " array[null]::uuid[], array['{}'])")
                .execute(Tuple.of(new UUID[] {execution}, new UUID[] {ours.value()})));
        assertThat(texts(answered)).containsExactly("not_found");
        assertThat(rowsOf(theirs, "flow_execution")).isEqualTo(before);
    }
}
