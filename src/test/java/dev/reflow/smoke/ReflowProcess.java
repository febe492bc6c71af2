package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reflow.ops.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The packaged service in a process of its own, in an environment of the test's making. The native executable, which has no
 * embedded database, gets one from here, in the folder where the service would have had it.
 */
final class ReflowProcess implements AutoCloseable {
    private static final Duration TO_START = Duration.ofSeconds(90);
    private static final Duration TO_END = Duration.ofSeconds(60);
    private static final String EXECUTABLE = System.getProperty(JvmOnly.EXECUTABLE);

    private final long launched = System.nanoTime();
    private final Process process;
    private final Path output;
    private final DataFolder folder;
    private final int port;
    private final Optional<EmbeddedDatabase> database;

    private ReflowProcess(
            Process process, Path output, DataFolder folder, int port, Optional<EmbeddedDatabase> database) {
        this.process = process;
        this.output = output;
        this.folder = folder;
        this.port = port;
        this.database = database;
    }

    /** Starts the service and waits until it is ready. */
    static ReflowProcess start(Path folder, Map<String, String> environment) throws IOException {
        ReflowProcess service = launch(folder, environment);
        try {
            service.awaitReady();
            return service;
        } catch (Throwable e) {
            service.close();
            throw e;
        }
    }

    /** Starts the service, whatever comes of it. */
    static ReflowProcess launch(Path folder, Map<String, String> environment) throws IOException {
        return launch(folder, freePort(), environment);
    }

    /**
     * Starts the service on a port, whatever comes of it.
     *
     * @param folder for its data; its output is kept beside it, and it finds no configuration file there
     */
    static ReflowProcess launch(Path folder, int port, Map<String, String> environment) throws IOException {
        return launch(folder, port, environment, List.of());
    }

    /**
     * Starts the service where it can write nothing but temporary files. Its file systems are read-only in a name space of
     * its own, in which it is root and still cannot.
     */
    static ReflowProcess launchContained(Path folder, Map<String, String> environment) throws IOException {
        Path temporary = Files.createDirectories(folder.resolveSibling("temporary"));
        Map<String, String> contained = new HashMap<>(environment);
        contained.put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        String script = "mount -t tmpfs tmpfs \"$0\" && mount -o remount,bind,ro / &&"
                + " mount -o remount,bind,ro \"$(stat -c %m .)\" && ! touch written && exec \"$@\"";
        return launch(
                folder,
                freePort(),
                contained,
                List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, temporary.toString()));
    }

    private static ReflowProcess launch(Path folder, int port, Map<String, String> environment, List<String> prefix)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(command());
        Files.createDirectories(folder.getParent());
        Path output = Files.createTempFile(folder.getParent(), "output-", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("QUARKUS_") || name.startsWith("REFLOW_"));
        builder.environment().put("REFLOW_DATA_DIR", folder.toString());
        builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        builder.environment().putAll(environment);
        Optional<EmbeddedDatabase> database = EXECUTABLE == null || namesDatabase(environment)
                ? Optional.empty()
                : Optional.of(EmbeddedDatabase.start(folder));
        database.ifPresent(own -> builder.environment().putAll(settings(own)));
        return new ReflowProcess(builder.start(), output, new DataFolder(folder), port, database);
    }

    /** Also one that says that there is none, or where a folder of secrets may say it. */
    private static boolean namesDatabase(Map<String, String> environment) {
        return environment.keySet().stream()
                .anyMatch(name ->
                        name.startsWith("QUARKUS_DATASOURCE_") || name.equals("SMALLRYE_CONFIG_SOURCE_FILE_LOCATIONS"));
    }

    private static Map<String, String> settings(EmbeddedDatabase database) {
        return Map.of(
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "postgresql://127.0.0.1:" + database.port() + "/" + database.database(),
                "QUARKUS_DATASOURCE_USERNAME",
                database.user(),
                "QUARKUS_DATASOURCE_PASSWORD",
                database.password());
    }

    /** The native executable where there is one, the packaged jar otherwise. */
    private static List<String> command() {
        return EXECUTABLE == null
                ? List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", // starts sooner
                        "-jar",
                        Path.of(System.getProperty("reflow.jar"))
                                .toAbsolutePath()
                                .toString())
                : List.of(Path.of(EXECUTABLE).toAbsolutePath().toString());
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    void awaitReady() {
        awaitReady(Duration.ofMillis(100));
    }

    /** How long it took from its launch until it was ready, asked again and again. */
    Duration timeToReady() {
        awaitReady(Duration.ofMillis(1));
        return Duration.ofNanos(System.nanoTime() - launched);
    }

    private void awaitReady(Duration pause) {
        await("readiness")
                .atMost(TO_START)
                .pollDelay(Duration.ZERO)
                .pollInterval(pause)
                .until(() -> {
                    assertThat(process.isAlive())
                            .as("the service has ended:%n%s", output())
                            .isTrue();
                    return client("").isReady();
                });
    }

    String url() {
        return "http://localhost:" + port;
    }

    long pid() {
        return process.pid();
    }

    /** As Linux puts it. */
    String residentMemory() throws IOException {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        return Files.notExists(status)
                ? "unknown"
                : Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .map(line -> line.substring("VmRSS:".length()).strip())
                        .findFirst()
                        .orElse("unknown");
    }

    DataFolder folder() {
        return folder;
    }

    /** Speaks to the service with an API key. */
    ReflowClient client(String apiKey) {
        return new ReflowClient(url(), apiKey);
    }

    /** What the service has printed by now. */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the service prints when it starts for the first time; it may come a little after the service is ready. */
    FirstStartText awaitFirstStartText() {
        return await("first start's text")
                .atMost(TO_START)
                .until(() -> FirstStartText.find(output()), found -> found.isPresent())
                .orElseThrow();
    }

    /** SIGTERM, and the wait for an end in order. */
    int terminate() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    /** The exit code of a service that ends by itself. */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(TO_END.toSeconds(), TimeUnit.SECONDS))
                .as("the service has not ended:%n%s", output())
                .isTrue();
        return process.exitValue();
    }

    /** Kill -9. What the service started lives on. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    /** The lines that are errors or warnings of the service's log. */
    List<String> complaints() {
        return output().lines()
                .filter(line -> line.matches(".* (WARN|ERROR) .*"))
                .toList();
    }

    /** Leaves nothing running, neither the service nor the database server of its folder. */
    @Override
    public void close() {
        try {
            kill();
            folder.endServerOf(process.pid());
            database.ifPresent(EmbeddedDatabase::close);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
