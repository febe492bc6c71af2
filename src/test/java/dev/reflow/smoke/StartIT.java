package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a process starts, whether it can or not. */
class StartIT {
    private static final String KEY = "saf_start";
    private static final int STARTS = 5;

    @TempDir
    Path temp;

    /** As a native executable, it has to be told; a packaged jar is made to believe that it is one. */
    @Test
    void nativeExecutableWithoutDatabaseSaysWhatToSet() throws Exception {
        try (ReflowProcess service = ReflowProcess.launch(
                temp.toRealPath().resolve("unused"),
                Map.of(
                        "QUARKUS_DATASOURCE_REACTIVE_URL",
                        "",
                        "JAVA_TOOL_OPTIONS",
                        "-Dorg.graalvm.nativeimage.imagecode=runtime"))) {
            assertThat(service.awaitEnd()).isEqualTo(1);
            assertThat(service.output().lines().filter(line -> !line.startsWith("Picked up JAVA_TOOL_OPTIONS")))
                    .containsExactly("reflow cannot start: a native executable has no database of its own. Set"
                            + " QUARKUS_DATASOURCE_REACTIVE_URL, QUARKUS_DATASOURCE_USERNAME and"
                            + " QUARKUS_DATASOURCE_PASSWORD.");
            assertThat(service.folder().path()).doesNotExist();
        }
    }

    /** The start by which a build records an archive. */
    @Test
    @JvmOnly
    void rehearsalTouchesNothing() throws Exception {
        try (ReflowProcess service = ReflowProcess.launch(
                temp.toRealPath().resolve("unused"),
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Dquarkus.appcds.generate=true",
                        "QUARKUS_FLYWAY_MIGRATE_AT_START",
                        "true",
                        "QUARKUS_INIT_AND_EXIT",
                        "true"))) {
            assertThat(service.awaitEnd()).as(service.output()).isZero();
            assertThat(service.folder().path()).doesNotExist();
        }
    }

    /** Of a process that only answers requests, on a schema that is there. */
    @Test
    void processThatOnlyAnswersIsReadySoon() throws Exception {
        try (CrashingDatabase database = new CrashingDatabase(temp.toRealPath().resolve("database"))) {
            Path unused = temp.toRealPath().resolve("unused");
            ReflowProcess.start(unused, environment(database, true)).close();
            for (int i = 0; i < STARTS; i++) {
                try (ReflowProcess service = ReflowProcess.launch(unused, environment(database, false))) {
                    System.out.printf(
                            "ready after %d ms%n", service.timeToReady().toMillis());
                    service.client(KEY).get("/api/flows").expect(200);
                }
            }
        }
    }

    private static Map<String, String> environment(CrashingDatabase database, boolean engine) {
        return Map.of(
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "postgresql://127.0.0.1:" + database.port() + "/" + database.name(),
                "QUARKUS_DATASOURCE_USERNAME",
                database.user(),
                "QUARKUS_DATASOURCE_PASSWORD",
                database.password(),
                "REFLOW_BOOTSTRAP_API_KEY",
                KEY,
                "REFLOW_ENGINE_ENABLED",
                Boolean.toString(engine));
    }
}
