package dev.reflow.smoke;

import static org.awaitility.Awaitility.await;

import dev.reflow.ops.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL of the test's own, which it can take away and bring back. */
final class CrashingDatabase implements AutoCloseable {
    private final DataFolder folder;
    private EmbeddedDatabase server;

    CrashingDatabase(Path path) {
        folder = new DataFolder(path);
        server = EmbeddedDatabase.start(path);
    }

    int port() {
        return server.port();
    }

    String name() {
        return server.database();
    }

    String user() {
        return server.user();
    }

    String password() {
        return server.password();
    }

    /** Ends the server as a crash would, without a word to anybody: what is not on disk is lost. */
    void crash() throws IOException, InterruptedException {
        ProcessHandle process = folder.server().orElseThrow();
        Signals.send("QUIT", process.pid());
        await("end of the database").atMost(Duration.ofSeconds(20)).until(() -> !process.isAlive());
    }

    /** Starts the server again on its data and its port. */
    void restart() {
        int port = server.port();
        server.close();
        server = EmbeddedDatabase.start(folder.path());
        if (server.port() != port) {
            throw new IllegalStateException("the port " + port + " was taken meanwhile");
        }
    }

    /** Ends all sessions but the asking one. Answers how many. */
    int terminateSessions() throws SQLException {
        return count("select count(*) from pg_stat_activity where case when pid <> pg_backend_pid()"
                + " and datname = current_database() then pg_terminate_backend(pid) end");
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port() + "/" + name() + "?ApplicationName=test", user(), password());
    }

    int count(String sql, Object... arguments) throws SQLException {
        return Integer.parseInt(texts(sql, arguments).get(0));
    }

    /** The first column. */
    List<String> texts(String sql, Object... arguments) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                Object argument = arguments[i];
                statement.setObject(
                        i + 1, argument instanceof String[] texts ? connection.createArrayOf("text", texts) : argument);
            }
            List<String> found = new ArrayList<>();
            if (statement.execute()) {
                ResultSet rows = statement.getResultSet();
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
