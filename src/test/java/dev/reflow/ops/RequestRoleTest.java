package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the role comes from as which requests are served. */
class RequestRoleTest {
    @TempDir
    Path folder;

    @BeforeEach
    void databaseOfAnEarlierVersion() throws IOException {
        EmbeddedDatabase.start(folder).close();
        administer("DROP ROLE reflow_request;");
    }

    private void administer(String statement) throws IOException {
        PostgresCommand command = new PostgresCommand(folder, PostgresBinaries.unpack(folder), ServerUser.of(folder));
        String cluster = folder.resolve("database").resolve("cluster").toString();
        PostgresCommand.Outcome outcome = command.run(
                statement + "\n", "postgres", "--single", "-D", cluster, "-c", "exit_on_error=on", "postgres");
        assertThat(outcome.failed()).as(outcome.output()).isFalse();
    }

    private static void migrate(EmbeddedDatabase database) {
        String url = "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + database.database();
        Flyway.configure()
                .dataSource(url, database.user(), database.password())
                .load()
                .migrate();
    }

    private static void assertActsAsTheRole(EmbeddedDatabase database) throws Exception {
        assertThat(ServiceProcess.query(database, "select set_config('role', 'reflow_request', false)"))
                .isEqualTo("reflow_request");
    }

    @Test
    void embeddedDatabaseOfAnEarlierVersionGetsIt() throws Exception {
        Files.delete(folder.resolve("database").resolve("has-request-role"));
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            migrate(database);
            assertActsAsTheRole(database);
        }
    }

    @Test
    void userThatMayCreateRolesCreatesIt() throws Exception {
        administer("ALTER ROLE reflow CREATEROLE;");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            migrate(database);
            assertActsAsTheRole(database);
        }
    }

    @Test
    void administratorIsToldToCreateItWhereTheUserMayNot() {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThatThrownBy(() -> migrate(database))
                    .hasMessageContaining("reflow needs a role that its user reflow may not create")
                    .hasMessageContaining("create role reflow_request nologin; grant reflow_request to reflow;");
        }
    }

    @Test
    void administratorIsToldToGrantItWhereAnotherCreatedIt() throws Exception {
        administer("CREATE ROLE reflow_request NOLOGIN;");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThatThrownBy(() -> migrate(database))
                    .hasMessageContaining("reflow's user reflow may not act as the role reflow_request");
        }
        administer("GRANT reflow_request TO reflow;");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            migrate(database);
            assertActsAsTheRole(database);
        }
    }
}
