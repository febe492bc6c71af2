package dev.reflow.ops;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Starts and stops the PostgreSQL server of one cluster, at most one at a time. */
final class PostgresServer {

    private static final Logger LOG = Logger.getLogger(PostgresServer.class);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECONDS = Long.toString(PATIENCE.toSeconds());
    private static final int REPORTED_LOG_LINES = 15;

    /** What the log says when the remains of an earlier server, or a race for the port, are in the way. */
    private static final List<String> PASSING_OBSTACLES = List.of(
            "pre-existing shared memory block",
            "lock file \"postmaster.pid\" already exists",
            "could not create any TCP/IP sockets");

    private static final String SETTINGS = """
            # Written at every start of the service.
            listen_addresses = '127.0.0.1'
            port = %d
            unix_socket_directories = ''
            max_connections = 100
            shared_buffers = 128MB
            fsync = on
            synchronous_commit = on
            full_page_writes = on
            # Containers have little of the usual kind of shared memory, and a logout can remove it.
            dynamic_shared_memory_type = mmap
            timezone = 'UTC'
            log_timezone = 'UTC'
            log_checkpoints = off
            # A failed statement may contain personal data.
            log_min_error_statement = panic
            """;

    private final Path folder;
    private final Path cluster;
    private final PostgresCommand command;
    private final Pattern ownCommandLine;

    PostgresServer(Path folder, Path cluster, PostgresCommand command) {
        this.folder = folder;
        this.cluster = cluster;
        this.command = command;
        this.ownCommandLine = Pattern.compile(
                Pattern.quote(folder.resolve(PostgresBinaries.PREFIX).toString())
                        + "[0-9a-f]+/bin/postgres( .*)? -D "
                        + Pattern.quote(cluster.toString())
                        + "( |$)");
    }

    /**
     * Starts the server and waits until it accepts connections, at most about a minute.
     *
     * @return its port on 127.0.0.1
     * @throws EmbeddedDatabaseException if it does not come up, with the last lines of its log
     */
    int start() throws IOException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (true) {
            stop();
            int port = freePort();
            PostgresCommand.Outcome outcome = start(port);
            if (!outcome.failed()) {
                return port;
            }
            List<String> log = log();
            if (Instant.now().isAfter(deadline) || !isPassing(log)) {
                stop();
                throw doesNotStart(outcome, log);
            }
            pause();
        }
    }

    private PostgresCommand.Outcome start(int port) throws IOException {
        Files.writeString(cluster.resolve(PostgresCluster.SETTINGS_FILE), SETTINGS.formatted(port));
        Files.writeString(portFile(), Integer.toString(port));
        if (Files.exists(logFile())) {
            Files.move(logFile(), folder.resolve("server.log.old"), StandardCopyOption.REPLACE_EXISTING);
        }
        // pg_ctl gives the server a session of its own, so Ctrl-C in a terminal does not reach it.
        return control("start", "--log=" + logFile(), "--timeout=" + SECONDS);
    }

    private static boolean isPassing(List<String> log) {
        return log.stream().anyMatch(line -> PASSING_OBSTACLES.stream().anyMatch(line::contains));
    }

    private static EmbeddedDatabaseException doesNotStart(PostgresCommand.Outcome outcome, List<String> log) {
        List<String> lastLines = log.subList(Math.max(0, log.size() - REPORTED_LOG_LINES), log.size());
        return new EmbeddedDatabaseException("The embedded PostgreSQL does not start; remove the cause that its log"
                + " names, " + EmbeddedDatabaseException.USE_YOUR_OWN + ".\n"
                + outcome.output() + String.join("\n", lastLines));
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedDatabaseException("The wait for the embedded database was interrupted.", e);
        }
    }

    /**
     * Stops the server of this cluster, whoever started it, and waits for its end. Does nothing if there is none.
     *
     * @throws EmbeddedDatabaseException if it does not end
     */
    void stop() throws IOException {
        if (server().isPresent()
                && control("stop", "--mode=fast", "--timeout=" + SECONDS).failed()
                && server().isPresent()) {
            LOG.warn("The embedded database does not stop in order and is stopped the hard way; no data is lost.");
            PostgresCommand.Outcome outcome = control("stop", "--mode=immediate", "--timeout=" + SECONDS);
            if (outcome.failed() && server().isPresent()) {
                throw new EmbeddedDatabaseException("The embedded PostgreSQL in " + folder
                        + " does not stop; end its process and start the service again.\n" + outcome.output());
            }
        }
        deleteStalePidFile();
    }

    /**
     * PostgreSQL takes any living process with the number in the file for a server, and an empty file for one that
     * comes up. After a crash it may be neither. Should a server be there all the same, its shared memory block keeps
     * a second one from starting.
     */
    private void deleteStalePidFile() throws IOException {
        if (server().isEmpty()) {
            Files.deleteIfExists(pidFile());
        }
    }

    private PostgresCommand.Outcome control(String action, String... options) throws IOException {
        Stream<String> arguments = Stream.of("--pgdata=" + cluster, "--wait", action);
        return command.run(
                "", "pg_ctl", Stream.concat(arguments, Arrays.stream(options)).toArray(String[]::new));
    }

    /** The server process of this cluster; a process that merely has the number on file does not count. */
    private Optional<ProcessHandle> server() throws IOException {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(pidFile())) {
            return lines.findFirst()
                    .map(String::trim)
                    .filter(line -> line.matches("[0-9]{1,18}"))
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
                    .filter(this::serves);
        }
    }

    private boolean serves(ProcessHandle process) {
        // In a container, root may see no more than the command line of another user's process.
        return process.info()
                .commandLine()
                .filter(line -> ownCommandLine.matcher(line).lookingAt())
                .isPresent();
    }

    private int freePort() throws IOException {
        return lastPort().filter(PostgresServer::isFree).orElseGet(PostgresServer::anyFreePort);
    }

    private Optional<Integer> lastPort() throws IOException {
        if (!Files.exists(portFile())) {
            return Optional.empty();
        }
        return Optional.of(Files.readString(portFile()).trim())
                .filter(port -> port.matches("[0-9]{1,5}"))
                .map(Integer::valueOf);
    }

    private static boolean isFree(int port) {
        try {
            return port > 0 && bind(port) == port;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private static int anyFreePort() {
        try {
            return bind(0);
        } catch (IOException e) {
            throw new EmbeddedDatabaseException(
                    "There is no free port on 127.0.0.1 for the embedded database; free one, "
                            + EmbeddedDatabaseException.USE_YOUR_OWN + ".",
                    e);
        }
    }

    private static int bind(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return socket.getLocalPort();
        }
    }

    private List<String> log() throws IOException {
        return Files.exists(logFile()) ? Files.readAllLines(logFile()) : List.of();
    }

    private Path logFile() {
        return folder.resolve("server.log");
    }

    private Path portFile() {
        return folder.resolve("port");
    }

    private Path pidFile() {
        return cluster.resolve("postmaster.pid");
    }
}
