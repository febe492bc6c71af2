package dev.reflow.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * The files of a database: a PostgreSQL cluster with one role that owns one database, and the password of that role.
 *
 * @param home the folder that contains all of it
 */
record PostgresCluster(Path home) {

    static final String NAME = "reflow";
    static final String SETTINGS_FILE = "reflow.conf";

    /** Sees the rows of one organization at a time. */
    static final String REQUEST_ROLE = "reflow_request";

    private static final Logger LOG = Logger.getLogger(PostgresCluster.class);
    private static final String PREFIX = "creating-";

    /** No one but the role gets in, and it gets in nowhere else. The superuser exists in single-user mode only. */
    private static final String ACCESS_RULES = "host reflow reflow 127.0.0.1/32 scram-sha-256\n";

    /** The cluster of a data folder, created if there is none. It is complete whenever it can be seen. */
    static PostgresCluster open(Path folder, PostgresBinaries binaries, PostgresCommand command) throws IOException {
        PostgresCluster cluster = new PostgresCluster(folder.resolve("database"));
        if (!Files.exists(cluster.home)) {
            // A name of its own, as an initdb whose service was killed still writes to the folder it was given.
            PostgresCluster draft = new PostgresCluster(folder.resolve(PREFIX + UUID.randomUUID()));
            draft.create(command);
            FileTree.publish(draft.home, cluster.home);
        }
        cluster.checkVersion(binaries.majorVersion());
        // Some volumes widen the permissions of all files when they are mounted; PostgreSQL insists on these.
        Files.setPosixFilePermissions(cluster.data(), PosixFilePermissions.fromString("rwx------"));
        return cluster;
    }

    Path data() {
        return home.resolve("cluster");
    }

    String password() throws IOException {
        return Files.readString(passwordFile()).trim();
    }

    private Path passwordFile() {
        return home.resolve("password");
    }

    private void checkVersion(String expected) throws IOException {
        String actual = Files.readString(data().resolve("PG_VERSION")).trim();
        if (!actual.equals(expected)) {
            throw new EmbeddedDatabaseException("The data in " + home + " was written by PostgreSQL " + actual
                    + ", but this service brings PostgreSQL " + expected
                    + "; run the version of the service that wrote it, choose another folder, "
                    + EmbeddedDatabaseException.USE_YOUR_OWN + ".");
        }
    }

    private void create(PostgresCommand command) throws IOException {
        Files.createDirectory(home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        initialize(command);
        String password = HexFormat.of().formatHex(randomBytes());
        createDatabase(command, password);
        addRequestRole(command);
        writePassword(password);
        writeSynced(data().resolve("pg_hba.conf"), ACCESS_RULES, StandardOpenOption.TRUNCATE_EXISTING);
        writeSynced(
                data().resolve("postgresql.conf"),
                "include_if_exists = '" + SETTINGS_FILE + "'\n",
                StandardOpenOption.APPEND);
    }

    private void initialize(PostgresCommand command) throws IOException {
        PostgresCommand.Outcome outcome = command.run(
                "",
                "initdb",
                "--pgdata=" + data(),
                "--username=postgres",
                "--auth=reject",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions");
        if (outcome.failed()) {
            throw cannotCreate(outcome);
        }
    }

    /** In single-user mode, so that no superuser ever needs a password or a way in. */
    private void createDatabase(PostgresCommand command, String password) throws IOException {
        execute(command, """
                CREATE ROLE %1$s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '%2$s';
                CREATE DATABASE %1$s OWNER %1$s;
                """.formatted(NAME, password));
    }

    /**
     * Adds the role as which requests are served, if an earlier version created the cluster. No server may run on it.
     */
    void addRequestRole(PostgresCommand command) throws IOException {
        if (Files.exists(requestRoleMark())) {
            return;
        }
        // A line is a statement here.
        execute(command, """
                DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN CREATE ROLE %1$s; END IF; END $$;
                GRANT %1$s TO %2$s;
                """.formatted(REQUEST_ROLE, NAME));
        Files.createFile(requestRoleMark());
    }

    private Path requestRoleMark() {
        return home.resolve("has-request-role");
    }

    private void execute(PostgresCommand command, String statements) throws IOException {
        PostgresCommand.Outcome outcome = command.run(
                statements, "postgres", "--single", "-D", data().toString(), "-c", "exit_on_error=on", "postgres");
        if (outcome.failed()) {
            throw cannotCreate(outcome);
        }
    }

    private EmbeddedDatabaseException cannotCreate(PostgresCommand.Outcome outcome) {
        return new EmbeddedDatabaseException("The embedded database cannot be created in " + home.resolveSibling("")
                + "; remove the cause given below, " + EmbeddedDatabaseException.USE_YOUR_OWN + ".\n"
                + outcome.output());
    }

    private void writePassword(String password) throws IOException {
        Files.createFile(
                passwordFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        writeSynced(passwordFile(), password, StandardOpenOption.WRITE);
    }

    private static void writeSynced(Path file, String content, StandardOpenOption mode) throws IOException {
        Files.writeString(file, content, StandardOpenOption.WRITE, StandardOpenOption.SYNC, mode);
    }

    private static byte[] randomBytes() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Deletes what interrupted runs left half created. */
    static void deleteDrafts(Path folder) throws IOException {
        for (Path draft : FileTree.entries(folder, PREFIX)) {
            try {
                FileTree.delete(draft);
            } catch (IOException e) {
                LOG.debugf(e, "%s is still written to and stays until the next start", draft);
            }
        }
    }
}
