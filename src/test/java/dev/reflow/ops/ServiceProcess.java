package dev.reflow.ops;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own that runs an embedded database, to be killed in every way. */
final class ServiceProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    private ServiceProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The service: reports what happened in one line, then runs until it is told to end. */
    public static void main(String[] arguments) throws Exception {
        try {
            EmbeddedDatabase database = EmbeddedDatabase.start(Path.of(arguments[0]));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(database)));
            System.out.println("ready");
        } catch (EmbeddedDatabaseException e) {
            System.out.println(e.getMessage());
        }
        System.in.read();
    }

    /** What a service does last still needs its database. */
    private static void finish(EmbeddedDatabase database) {
        try {
            execute(database, "insert into note values ('finished')");
        } catch (SQLException e) {
            System.out.println(e.getMessage());
        }
        database.close();
    }

    static ServiceProcess launch(Path folder, String... prefix) throws IOException {
        List<String> command = new ArrayList<>(List.of(prefix));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(ServiceProcess.class.getName(), folder.toString()));
        return new ServiceProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    String firstLine() throws IOException {
        return output.readLine();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    void awaitEnd() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("still running");
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    static Path pidFile(Path folder) {
        return folder.resolve("database/cluster/postmaster.pid");
    }

    static ProcessHandle server(Path folder) throws IOException {
        return ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(pidFile(folder)).get(0)))
                .orElseThrow();
    }

    static Connection connect(EmbeddedDatabase database) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + database.database();
        return DriverManager.getConnection(url, database.user(), database.password());
    }

    static void execute(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
