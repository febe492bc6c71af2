package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Crashes of all kinds: the next start must work and have all that was committed. */
class EmbeddedDatabaseIT {

    @TempDir
    static Path shared;

    static Path folder;

    @BeforeAll
    static void createDatabase() throws Exception {
        folder = shared.toRealPath().resolve("data");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            ServiceProcess.execute(database, "create table note (text text)");
        }
    }

    @BeforeEach
    void clear() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            ServiceProcess.execute(database, "truncate note");
        }
    }

    @Test
    void survivesKillOfTheService() throws Exception {
        ProcessHandle orphan;
        try (ServiceProcess service = ServiceProcess.launch(folder)) {
            assertThat(service.firstLine()).isEqualTo("ready");
            writeFromOutside();
            orphan = ServiceProcess.server(folder);
            service.kill();
            assertThat(orphan.isAlive()).isTrue();
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            await().until(() -> !orphan.isAlive());
            assertThat(ServiceProcess.query(database, "select text from note")).isEqualTo("committed");
        }
    }

    @Test
    void survivesKillOfServiceAndServer() throws Exception {
        try (ServiceProcess service = ServiceProcess.launch(folder)) {
            assertThat(service.firstLine()).isEqualTo("ready");
            writeFromOutside();
            ProcessHandle server = ServiceProcess.server(folder);
            service.kill();
            server.destroyForcibly();
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ServiceProcess.query(database, "select text from note")).isEqualTo("committed");
        }
    }

    @Test
    void waitsForSessionsThatOutliveTheServer() throws Exception {
        ProcessHandle busy;
        try (ServiceProcess service = ServiceProcess.launch(folder)) {
            assertThat(service.firstLine()).isEqualTo("ready");
            ProcessHandle server = ServiceProcess.server(folder);
            Connection connection = connect();
            busy = ProcessHandle.of(backend(connection)).orElseThrow();
            new Thread(() -> keepBusy(connection)).start();
            TimeUnit.MILLISECONDS.sleep(300);
            service.kill();
            server.destroyForcibly();
            await().until(() -> !server.isAlive());
            assertThat(busy.isAlive()).isTrue();
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(folder.resolve("server.log.old")).content().contains("pre-existing shared memory block");
            await().until(() -> !busy.isAlive());
            assertThat(ServiceProcess.query(database, "select count(*) from note"))
                    .isEqualTo("0");
        }
    }

    private static long backend(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("select pg_backend_pid()")) {
            result.next();
            return result.getLong(1);
        }
    }

    /** A session that counts does not notice that the server is gone. */
    private static void keepBusy(Connection connection) {
        try (connection;
                var statement = connection.createStatement()) {
            statement.execute("select count(*) from generate_series(1, 12000000) a where a::text like '%x'");
        } catch (SQLException e) {
            // it ends with the server
        }
    }

    private static void writeFromOutside() throws Exception {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("insert into note values ('committed')");
        }
    }

    private static Connection connect() throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + Files.readString(folder.resolve("port")) + "/reflow";
        return DriverManager.getConnection(url, "reflow", Files.readString(folder.resolve("database/password")));
    }

    @Test
    void leavesAProcessAloneThatGotTheNumberOfTheServer() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            leaveStalePidFile(Long.toString(stranger.pid()));
            EmbeddedDatabase.start(folder).close();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void leavesTheServerOfAnotherFolderAlone(@TempDir Path other) throws Exception {
        Path otherFolder = other.toRealPath();
        try (EmbeddedDatabase stranger = EmbeddedDatabase.start(otherFolder)) {
            leaveStalePidFile(
                    Files.readAllLines(ServiceProcess.pidFile(otherFolder)).get(0));
            EmbeddedDatabase.start(folder).close();
            assertThat(ServiceProcess.query(stranger, "select 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "nonsense", "999999999"})
    void ignoresAPidFileThatNamesNoProcess(String content) throws Exception {
        leaveStalePidFile(content);
        EmbeddedDatabase.start(folder).close();
    }

    private static void leaveStalePidFile(String pid) throws Exception {
        Files.writeString(
                ServiceProcess.pidFile(folder),
                pid.isEmpty() ? "" : pid + "\n" + folder.resolve("database/cluster") + "\n");
    }

    @Test
    void freesTheFolderWhenTheServiceIsKilled() throws Exception {
        try (ServiceProcess service = ServiceProcess.launch(folder)) {
            assertThat(service.firstLine()).isEqualTo("ready");
            try (ServiceProcess second = ServiceProcess.launch(folder)) {
                assertThat(second.firstLine())
                        .contains("in use by process " + service.handle().pid());
            }
        }
        EmbeddedDatabase.start(folder).close();
    }

    @Test
    void serverOutlivesCtrlCUntilTheServiceHasFinished() throws Exception {
        try (ServiceProcess service = ServiceProcess.launch(folder, "setsid")) {
            assertThat(service.firstLine()).isEqualTo("ready");
            ProcessHandle server = ServiceProcess.server(folder);
            new ProcessBuilder("kill", "-INT", "--", "-" + service.handle().pid())
                    .start()
                    .waitFor();
            service.awaitEnd();
            await().until(() -> !server.isAlive());
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ServiceProcess.query(database, "select text from note")).isEqualTo("finished");
        }
    }

    /** The first start unpacks the programs, creates a draft of the cluster and puts it in its place. */
    @ParameterizedTest
    @CsvSource({
        "unpacking-, 0",
        "unpacking-, 1000",
        "postgres-, 0",
        "creating-, 0",
        "creating-, 100",
        "creating-, 300",
        "creating-, 500",
        "creating-, 700",
        "creating-, 900",
        "database, 0",
        "database, 50",
        "database, 100"
    })
    void recoversFromAKillDuringTheFirstStart(String entry, int milliseconds, @TempDir Path temp) throws Exception {
        Path fresh = Files.createDirectory(temp.toRealPath().resolve("data"));
        try (ServiceProcess service = ServiceProcess.launch(fresh)) {
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> !FileTree.entries(fresh, entry).isEmpty());
            TimeUnit.MILLISECONDS.sleep(milliseconds);
            service.kill();
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(fresh)) {
            ServiceProcess.execute(database, "create table note (text text)");
            assertThat(FileTree.entries(fresh, "unpacking-")).isEmpty();
        }
        assertThat(FileTree.entries(fresh, "database")).hasSize(1);
        // an initdb that was left behind ends by itself, and its folder goes with a later start
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            EmbeddedDatabase.start(fresh).close();
            return FileTree.entries(fresh, "creating-").isEmpty();
        });
    }
}
