package dev.reflow.smoke;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** The folder in which a service keeps its embedded database, seen from outside. */
record DataFolder(Path path) {
    private Path cluster() {
        return path.resolve("database/cluster");
    }

    /** Connects to the database while it runs. */
    Connection connect() throws IOException, SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + Files.readString(path.resolve("port")) + "/reflow",
                "reflow",
                Files.readString(path.resolve("database/password")));
    }

    /** The database server, if it runs. */
    Optional<ProcessHandle> server() {
        try {
            return Files.readAllLines(cluster().resolve("postmaster.pid")).stream()
                    .findFirst()
                    .filter(pid -> pid.matches("[0-9]+"))
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
                    .filter(this::serves);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean serves(ProcessHandle process) {
        return process.info()
                .commandLine()
                .filter(line -> line.contains(cluster().toString()))
                .isPresent();
    }

    /** Ends the server that a service has left behind, if that service was the one that used the folder. */
    void endServerOf(long service) {
        if (holder().equals(Long.toString(service))) {
            server().ifPresent(server -> {
                server.destroy();
                await().atMost(Duration.ofSeconds(30)).until(() -> !server.isAlive());
            });
        }
    }

    private String holder() {
        Path lock = path.resolve("reflow-database.lock");
        try {
            return Files.exists(lock) ? Files.readString(lock) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
