package dev.reflow.bench;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * PostgreSQL's own load generator on the service's database: what the same commits cost without the service. It has to
 * be installed; the environment's {@code PGBENCH} says where, if it is not on the path.
 */
@ApplicationScoped
class PgBench {
    /** Seconds in which each connection's server process plans what it has never done. */
    private static final int WARM_UP = 5;

    private final URI database;
    private final String user;
    private final String password;

    PgBench(
            @ConfigProperty(name = "quarkus.datasource.reactive.url") URI database,
            @ConfigProperty(name = "quarkus.datasource.username") String user,
            @ConfigProperty(name = "quarkus.datasource.password") String password) {
        this.database = database;
        this.user = user;
        this.password = password;
    }

    private record Transaction(double ended, double millis) {}

    /** @param p99Millis what one transaction in a hundred took longer than */
    record Measured(double perSecond, double p99Millis) {}

    /** How often clients side by side carry out the script in a second, each time in a transaction of its own. */
    Measured measure(int clients, int seconds, String script) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("bench");
        Path file = Files.writeString(folder.resolve("script.sql"), script);
        try {
            List<String> command = new ArrayList<>(List.of(System.getenv().getOrDefault("PGBENCH", "pgbench")));
            command.addAll(List.of("--no-vacuum", "--protocol=prepared", "--file=" + file));
            command.addAll(List.of("--client=" + clients, "--jobs=1", "--time=" + (WARM_UP + seconds)));
            command.addAll(List.of("--log", "--log-prefix=" + folder.resolve("transactions")));
            command.addAll(List.of("--host=" + database.getHost(), "--port=" + database.getPort()));
            command.addAll(List.of("--username=" + user, database.getPath().substring(1)));
            ProcessBuilder pgbench = new ProcessBuilder(command).redirectErrorStream(true);
            pgbench.environment().put("PGPASSWORD", password);
            Process process = pgbench.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("pgbench failed: " + output);
            }
            return measured(folder);
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path each : files.toList()) {
                    Files.delete(each);
                }
            }
            Files.delete(folder);
        }
    }

    /** A line per transaction: its client, its number, its microseconds, its script, the second and microsecond of its end. */
    private static Measured measured(Path folder) throws IOException {
        List<Transaction> all = new ArrayList<>();
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "transactions.*")) {
            for (Path log : logs) {
                for (String line : Files.readAllLines(log)) {
                    String[] fields = line.split(" ", 7);
                    all.add(new Transaction(
                            Long.parseLong(fields[4]) + Long.parseLong(fields[5]) / 1e6,
                            Long.parseLong(fields[2]) / 1e3));
                }
            }
        }
        double began = all.stream().mapToDouble(Transaction::ended).min().orElseThrow() + WARM_UP;
        double ended = all.stream().mapToDouble(Transaction::ended).max().orElseThrow();
        double[] millis = all.stream()
                .filter(each -> each.ended > began)
                .mapToDouble(Transaction::millis)
                .sorted()
                .toArray();
        return new Measured(millis.length / (ended - began), millis[(int) (0.99 * (millis.length - 1))]);
    }
}
