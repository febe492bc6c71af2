package dev.reflow.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * A PostgreSQL server that the service brings along, for use when no other database is configured. It runs as a process
 * of its own on 127.0.0.1 and keeps its data in one folder. A server that outlived a killed service is stopped by the
 * next start, with nothing lost that was committed.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(EmbeddedDatabase.class);

    private final FolderLock lock;
    private final PostgresServer server;
    private final int port;
    private final String password;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedDatabase(FolderLock lock, PostgresServer server, int port, String password) {
        this.lock = lock;
        this.server = server;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts the server of a data folder and waits until it accepts connections. The first start creates the folder and
     * the database.
     *
     * @param dataFolder a folder that does not exist, is empty, or was used by an earlier start
     * @throws EmbeddedDatabaseException if the server cannot run there or does not come up within about a minute, with a
     *     message that says what to do
     */
    public static EmbeddedDatabase start(Path dataFolder) {
        Instant began = Instant.now();
        try {
            EmbeddedDatabase database = startIn(prepare(dataFolder.toAbsolutePath()));
            LOG.infof(
                    "Embedded database in %s started on port %d in %d ms",
                    dataFolder,
                    database.port,
                    Duration.between(began, Instant.now()).toMillis());
            return database;
        } catch (IOException | UncheckedIOException e) {
            throw new EmbeddedDatabaseException(
                    "The database folder " + dataFolder + " cannot be used (" + e
                            + "); make it readable and writable for the user of this service, choose another folder, "
                            + EmbeddedDatabaseException.USE_YOUR_OWN + ".",
                    e);
        }
    }

    private static Path prepare(Path dataFolder) throws IOException {
        try {
            if (!Files.isDirectory(dataFolder)) {
                Files.createDirectories(dataFolder.resolveSibling(""));
                Files.createDirectory(
                        dataFolder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (FileAlreadyExistsException e) {
            throw new EmbeddedDatabaseException(
                    "The database folder " + dataFolder + " cannot be created because " + e.getFile()
                            + " is a file; choose another folder.",
                    e);
        }
        Path folder = dataFolder.toRealPath();
        checkName(folder);
        checkOwnership(folder);
        return folder;
    }

    /** PostgreSQL's own programs call each other through a shell. */
    private static void checkName(Path folder) {
        if (folder.toString().matches("(?s).*[\"'`$\\\\\\p{Cntrl}].*")) {
            throw new EmbeddedDatabaseException("The name of the database folder " + folder
                    + " contains a quote, dollar, backslash or control character; choose a plainer name.");
        }
    }

    private static void checkOwnership(Path folder) throws IOException {
        List<Path> content = FileTree.entries(folder, "");
        // A volume of its own contains this one from the beginning.
        content.remove(folder.resolve("lost+found"));
        if (!content.isEmpty() && !FolderLock.marks(folder)) {
            throw new EmbeddedDatabaseException("The folder " + folder
                    + " contains files that are not those of an embedded database; choose an empty or a new folder.");
        }
    }

    private static EmbeddedDatabase startIn(Path folder) throws IOException {
        FolderLock lock = FolderLock.acquire(folder);
        boolean started = false;
        try {
            EmbeddedDatabase database = startIn(folder, lock);
            started = true;
            return database;
        } finally {
            if (!started) {
                lock.close();
            }
        }
    }

    private static EmbeddedDatabase startIn(Path folder, FolderLock lock) throws IOException {
        PostgresBinaries binaries = PostgresBinaries.unpack(folder);
        PostgresCommand command = new PostgresCommand(folder, binaries, ServerUser.of(folder));
        PostgresCluster.deleteDrafts(folder);
        PostgresCluster cluster = PostgresCluster.open(folder, binaries, command);
        PostgresServer server = new PostgresServer(folder, cluster.data(), command);
        server.stop();
        cluster.addRequestRole(command);
        int port = server.start();
        binaries.deleteOthers();
        return new EmbeddedDatabase(lock, server, port, cluster.password());
    }

    /** The server's port on 127.0.0.1. It stays the same from start to start unless another program took it. */
    public int port() {
        return port;
    }

    /** The name of the database. */
    public String database() {
        return PostgresCluster.NAME;
    }

    /** The name of the role that owns the database and has no rights beyond that. */
    public String user() {
        return PostgresCluster.NAME;
    }

    /** The password of the role, the same at every start. */
    public String password() {
        return password;
    }

    /**
     * Ends all connections, stops the server and frees the folder. Calls after the first do nothing.
     *
     * @throws EmbeddedDatabaseException if the server does not stop within about two minutes; the folder is free then
     *     and the next start stops the server
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try (lock) {
            server.stop();
        } catch (IOException e) {
            throw new EmbeddedDatabaseException(
                    "The embedded database could not be stopped in order (" + e
                            + "); the next start of the service does it.",
                    e);
        }
    }
}
