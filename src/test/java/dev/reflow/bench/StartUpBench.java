package dev.reflow.bench;

import dev.reflow.ops.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long the packaged jar takes until it is ready, and how much of the processors: as it is packaged by default, and
 * with the archive of {@code -Daot}; on a schema that is there already. README says how both are packaged before.
 */
class StartUpBench {
    private static final int STARTS = 11;
    private static final Path PLAIN = Path.of("target", "plain");
    private static final Path APP = Path.of("target", "quarkus-app");
    private static final String AOT_CACHE = "app.aot";
    private static final String CDS_ARCHIVE = "app-cds.jsa";

    @TempDir
    Path temp;

    private record Start(Duration ready, Duration processors) {}

    @Test
    void timeUntilReady() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(temp.resolve("database"))) {
            start(database, PLAIN); // migrates
            List<Start> without = new ArrayList<>();
            List<Start> with = new ArrayList<>();
            for (int i = 0; i < STARTS; i++) {
                without.add(start(database, PLAIN));
                with.add(start(database, APP, archive()));
            }
            System.out.printf("%nJDK %d, %s%n", Runtime.version().feature(), archive());
            print("until ready", without, with, Start::ready);
            print("processors", without, with, Start::processors);
        }
    }

    private static void print(String what, List<Start> without, List<Start> with, Function<Start, Duration> duration) {
        long before = median(without, duration);
        long after = median(with, duration);
        System.out.printf("%s: %d ms without, %d ms with, ratio %.2f%n", what, before, after, (double) after / before);
    }

    private static String archive() {
        if (Files.exists(APP.resolve(AOT_CACHE))) {
            return "-XX:AOTCache=" + AOT_CACHE;
        }
        if (Files.exists(APP.resolve(CDS_ARCHIVE))) {
            return "-XX:SharedArchiveFile=" + CDS_ARCHIVE;
        }
        throw new IllegalStateException("there is no archive in " + APP);
    }

    private static Start start(EmbeddedDatabase database, Path app, String... options)
            throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", "quarkus-run.jar"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(app.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .put(
                        "QUARKUS_DATASOURCE_REACTIVE_URL",
                        "postgresql://127.0.0.1:" + database.port() + "/" + database.database());
        builder.environment().put("QUARKUS_DATASOURCE_USERNAME", database.user());
        builder.environment().put("QUARKUS_DATASOURCE_PASSWORD", database.password());
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        long began = System.nanoTime();
        Process process = builder.start();
        try {
            while (!isReady(port)) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("the service has ended");
                }
                LockSupport.parkNanos(1_000_000);
            }
            return new Start(
                    Duration.ofNanos(System.nanoTime() - began),
                    process.info().totalCpuDuration().orElse(Duration.ZERO));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static boolean isReady(int port) {
        try {
            URI probe = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
            return ((HttpURLConnection) probe.toURL().openConnection()).getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long median(List<Start> starts, Function<Start, Duration> what) {
        return starts.stream()
                .map(what)
                .sorted()
                .skip(starts.size() / 2)
                .findFirst()
                .orElseThrow()
                .toMillis();
    }
}
