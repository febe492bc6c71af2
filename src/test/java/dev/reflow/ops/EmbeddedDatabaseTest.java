package dev.reflow.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedDatabaseTest {

    @TempDir
    static Path shared;

    /** Used by one test after the other, as the first start in a folder takes a while. */
    static Path folder;

    @BeforeAll
    static void createDatabase() throws Exception {
        folder = shared.resolve("sub/data base");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            ServiceProcess.execute(database, "create table note (text text)");
            ServiceProcess.execute(database, "insert into note values ('Grüße')");
        }
    }

    @Test
    void keepsDataPortAndPassword() throws Exception {
        int port;
        String password;
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            port = database.port();
            password = database.password();
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ServiceProcess.query(database, "select text from note")).isEqualTo("Grüße");
            assertThat(database.port()).isEqualTo(port);
            assertThat(database.password()).isEqualTo(password).hasSize(48);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "fsync, on",
        "synchronous_commit, on",
        "full_page_writes, on",
        "data_checksums, on",
        "listen_addresses, 127.0.0.1",
        "server_encoding, UTF8",
        "max_connections, 100",
        "log_timezone, UTC"
    })
    void isDurableAndPrivate(String setting, String value) throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ServiceProcess.query(database, "show " + setting)).isEqualTo(value);
        }
    }

    @Test
    void roleOwnsTheDatabaseAndNothingElse() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ServiceProcess.query(
                            database,
                            "select (rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin)"
                                    + "::text from pg_roles where rolname = current_user"))
                    .isEqualTo("(f,f,f,f,f,t)");
            assertThat(ServiceProcess.query(
                            database,
                            "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"))
                    .isEqualTo("reflow");
            assertThat(ServiceProcess.query(database, "select upper('ä')")).isEqualTo("Ä");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "reflow, reflow, wrong, password authentication failed",
        "reflow, reflow, '', the password is an empty string",
        "reflow, postgres, wrong, no pg_hba.conf entry",
        "postgres, postgres, wrong, no pg_hba.conf entry"
    })
    void letsNoOneElseIn(String name, String user, String password, String message) {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            String url = "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + name;
            assertThatThrownBy(() ->
                            DriverManager.getConnection(url, user, password).close())
                    .hasMessageContaining(message);
        }
    }

    @Test
    void roleReachesNoOtherDatabase() {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            String url = "jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres";
            assertThatThrownBy(() -> DriverManager.getConnection(url, database.user(), database.password())
                            .close())
                    .hasMessageContaining("no pg_hba.conf entry");
        }
    }

    @Test
    void filesArePrivate() throws Exception {
        assertThat(permissions(folder)).isEqualTo("rwx------");
        assertThat(permissions(folder.resolve("database"))).isEqualTo("rwx------");
        assertThat(permissions(folder.resolve("database/cluster"))).isEqualTo("rwx------");
        assertThat(permissions(folder.resolve("database/password"))).isEqualTo("rw-------");
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void repairsPermissionsThatAVolumeWidened() throws Exception {
        Files.setPosixFilePermissions(folder.resolve("database/cluster"), PosixFilePermissions.fromString("rwxrwxr-x"));
        EmbeddedDatabase.start(folder).close();
        filesArePrivate();
    }

    @Test
    void stopsOnceAndForAll() throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.start(folder);
        ProcessHandle server = ServiceProcess.server(folder.toRealPath());
        database.close();
        database.close();
        await().until(() -> !server.isAlive());
    }

    @Test
    void takesAnotherPortIfTheLastOneIsTaken() throws Exception {
        int port;
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            port = database.port();
        }
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
                EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(database.port()).isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void isAloneInItsFolder() throws Exception {
        String message = "in use by process " + ProcessHandle.current().pid() + ";";
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThatThrownBy(() -> EmbeddedDatabase.start(folder))
                    .isInstanceOf(EmbeddedDatabaseException.class)
                    .hasMessageContaining(folder.toRealPath().toString())
                    .hasMessageContaining(message);
            // the refused start must not have taken the lock off
            try (ServiceProcess other = ServiceProcess.launch(folder)) {
                assertThat(other.firstLine()).contains(folder.toRealPath().toString(), message);
            }
            assertThat(ServiceProcess.query(database, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void tellsWhyTheServerDoesNotStart() throws Exception {
        Path settings = folder.resolve("database/cluster/postgresql.conf");
        String original = Files.readString(settings);
        Files.writeString(settings, "nonsense = 1\n", StandardOpenOption.APPEND);
        try {
            assertThatThrownBy(() -> EmbeddedDatabase.start(folder))
                    .isInstanceOf(EmbeddedDatabaseException.class)
                    .hasMessageContaining("does not start")
                    .hasMessageContaining("unrecognized configuration parameter \"nonsense\"")
                    .hasMessageContaining("QUARKUS_DATASOURCE_JDBC_URL");
        } finally {
            Files.writeString(settings, original);
        }
        EmbeddedDatabase.start(folder).close();
    }

    @Test
    void refusesDataOfAnotherMajorVersion() throws Exception {
        Path version = folder.resolve("database/cluster/PG_VERSION");
        String original = Files.readString(version);
        Files.writeString(version, "16\n");
        try {
            assertThatThrownBy(() -> EmbeddedDatabase.start(folder))
                    .isInstanceOf(EmbeddedDatabaseException.class)
                    .hasMessageContaining("written by PostgreSQL 16, but this service brings PostgreSQL 17");
        } finally {
            Files.writeString(version, original);
        }
    }

    @Test
    void unpacksOnceAndCleansUp() throws Exception {
        Path binaries = FileTree.entries(folder, "postgres-").get(0);
        var unpacked = Files.getLastModifiedTime(binaries.resolve("bin/postgres"));
        Files.createDirectories(folder.resolve("unpacking-broken/bin"));
        Files.createDirectories(folder.resolve("postgres-0123/bin"));
        Files.createDirectories(folder.resolve("creating-broken/cluster"));
        EmbeddedDatabase.start(folder).close();
        assertThat(Files.getLastModifiedTime(binaries.resolve("bin/postgres"))).isEqualTo(unpacked);
        assertThat(FileTree.entries(folder, "postgres-")).containsExactly(binaries);
        assertThat(FileTree.entries(folder, "unpacking-")).isEmpty();
        assertThat(FileTree.entries(folder, "creating-")).isEmpty();
    }

    @Test
    void unpacksAgainWhatAPowerLossEmptied() throws Exception {
        Path binaries = FileTree.entries(folder, "postgres-").get(0);
        Files.writeString(binaries.resolve("bin/pg_ctl"), "");
        EmbeddedDatabase.start(folder).close();
        assertThat(binaries.resolve("bin/pg_ctl")).isNotEmptyFile();
    }

    @Test
    void refusesAFile(@TempDir Path temp) throws Exception {
        Path file = Files.createFile(temp.resolve("file"));
        for (Path path : List.of(file, file.resolve("below"))) {
            assertThatThrownBy(() -> EmbeddedDatabase.start(path))
                    .isInstanceOf(EmbeddedDatabaseException.class)
                    .hasMessageContaining(file + " is a file; choose another folder");
        }
    }

    @Test
    void refusesAForeignFolder(@TempDir Path temp) throws Exception {
        Files.createDirectory(temp.resolve("lost+found"));
        Path file = Files.createFile(temp.resolve("thesis.txt"));
        assertThatThrownBy(() -> EmbeddedDatabase.start(temp))
                .isInstanceOf(EmbeddedDatabaseException.class)
                .hasMessageContaining("choose an empty or a new folder");
        assertThat(FileTree.entries(temp, "")).containsExactlyInAnyOrder(file, temp.resolve("lost+found"));
    }

    @Test
    void refusesAFolderThatCannotBeWritten() {
        assertThatThrownBy(() -> EmbeddedDatabase.start(Path.of("/proc/reflow")))
                .isInstanceOf(EmbeddedDatabaseException.class)
                .hasMessageContaining("/proc/reflow cannot be used")
                .hasMessageContaining("writable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\"b", "a'b", "a$b", "a`b", "a\\b", "a\nb"})
    void refusesANameThatAShellWouldChange(String name, @TempDir Path temp) {
        assertThatThrownBy(() -> EmbeddedDatabase.start(temp.resolve(name)))
                .isInstanceOf(EmbeddedDatabaseException.class)
                .hasMessageContaining("choose a plainer name");
    }

    @ParameterizedTest
    @CsvSource({"windows 11, amd64", "linux, riscv64", "sunos, sparcv9"})
    void refusesAnUnknownPlatform(String system, String machine) {
        assertThatThrownBy(() -> PostgresBinaries.archiveName(system, machine))
                .isInstanceOf(EmbeddedDatabaseException.class)
                .hasMessageContaining("no embedded PostgreSQL for " + system + " on " + machine);
    }

    @ParameterizedTest
    @CsvSource({
        "linux, amd64, /postgres-linux-x86_64.txz",
        "linux, aarch64, /postgres-linux-arm_64.txz",
        "mac os x, x86_64, /postgres-darwin-x86_64.txz",
        "mac os x, aarch64, /postgres-darwin-arm_64.txz"
    })
    void knowsThePlatforms(String system, String machine, String archive) {
        assertThat(PostgresBinaries.archiveName(system, machine)).isEqualTo(archive);
    }
}
