package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.support.FlowBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A schema that is migrated by a process of its own, and a database whose address and credentials are in files. */
class MigrationIT {
    private static final String KEY = "saf_migration";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path temp;

    private Path folder;
    private CrashingDatabase database;

    @BeforeEach
    void startDatabase() throws Exception {
        folder = temp.toRealPath();
        database = new CrashingDatabase(folder.resolve("database"));
    }

    @AfterEach
    void stopDatabase() {
        database.close();
    }

    private Map<String, String> environment(String migrates) throws Exception {
        Path secrets = Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("quarkus.datasource.username"), database.user());
        Files.writeString(secrets.resolve("quarkus.datasource.password"), database.password());
        Files.writeString(secrets.resolve("reflow.bootstrap.api-key"), KEY);
        Files.writeString(
                secrets.resolve("quarkus.datasource.reactive.url"),
                "postgresql://127.0.0.1:" + database.port() + "/" + database.name());
        Map<String, String> environment = new HashMap<>();
        environment.put("SMALLRYE_CONFIG_SOURCE_FILE_LOCATIONS", secrets.toString());
        environment.put("QUARKUS_FLYWAY_MIGRATE_AT_START", migrates);
        return environment;
    }

    @Test
    void processThatDoesNotMigrateWaitsForOneThatDoes() throws Exception {
        try (ReflowProcess waiting = ReflowProcess.launch(folder.resolve("unused"), environment("false"))) {
            ReflowClient client = waiting.client(KEY);
            await().atMost(SOON).until(client::isAnswering);
            assertThat(client.get("/q/health/ready").expect(503).text()).contains("the database has schema version 0");
            assertThat(waiting.output()).contains("not ready: ", "QUARKUS_INIT_AND_EXIT=true");
            client.get("/q/health/live").expect(200);

            migrate();
            waiting.awaitReady();
            await().atMost(SOON).until(() -> client.get("/api/flows").status() == 200);
            String execution = client.execute(
                    client.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}")),
                    FlowBuilder.json("{}"));
            client.awaitCompletion(execution, SOON);
        }
    }

    private void migrate() throws Exception {
        Map<String, String> once = environment("true");
        once.put("QUARKUS_INIT_AND_EXIT", "true");
        try (ReflowProcess migration = ReflowProcess.launch(folder.resolve("unused"), once)) {
            assertThat(migration.awaitEnd()).isZero();
        }
    }

    @Test
    void processThatOnlyAnswersRequestsMigratesNothing() throws Exception {
        Map<String, String> environment = environment("");
        environment.remove("QUARKUS_FLYWAY_MIGRATE_AT_START");
        environment.put("REFLOW_ENGINE_ENABLED", "false");
        try (ReflowProcess service = ReflowProcess.launch(folder.resolve("unused"), environment)) {
            ReflowClient client = service.client(KEY);
            await().atMost(SOON).until(client::isAnswering);
            assertThat(client.get("/q/health/ready").expect(503).text())
                    .contains("the database has schema version 0", "QUARKUS_INIT_AND_EXIT=true");
            client.get("/q/health/live").expect(200);
            assertThat(database.count("select count(*) from pg_tables where schemaname = 'public'"))
                    .isZero();
        }
    }

    @Test
    void processWaitsForTheFunctionsOfItsRelease() throws Exception {
        migrate();
        database.texts("update flyway_schema_history set checksum = 17 where script like '%R__functions.sql'");
        try (ReflowProcess waiting = ReflowProcess.launch(folder.resolve("unused"), environment("false"))) {
            ReflowClient client = waiting.client(KEY);
            await().atMost(SOON).until(client::isAnswering);
            assertThat(client.get("/q/health/ready").expect(503).text()).contains("the functions in the database");
            migrate();
            waiting.awaitReady();
        }
    }

    @Test
    void schemaOfANewerReleaseIsUsedAsItIs() throws Exception {
        migrate();
        database.texts("update flyway_schema_history set checksum = 17 where script like '%R__functions.sql'");
        database.texts("insert into flyway_schema_history (installed_rank, version, description, type, script,"
                + " installed_by, execution_time, success) values (9999, '9999', 'next', 'SQL', 'V9999__next.sql', 'test',"
                + " 0, true)");
        try (ReflowProcess older = ReflowProcess.start(folder.resolve("unused"), environment("true"))) {
            ReflowClient client = older.client(KEY);
            String execution = client.execute(
                    client.createFlow(FlowBuilder.flow().task("order", "webhook_receive", "{}")),
                    FlowBuilder.json("{}"));
            client.awaitCompletion(execution, SOON);
            assertThat(older.output()).contains("a newer release has migrated the schema");
        }
        assertThat(database.count("select count(*) from flyway_schema_history where script like '%R__functions.sql'"))
                .isEqualTo(1);
    }
}
