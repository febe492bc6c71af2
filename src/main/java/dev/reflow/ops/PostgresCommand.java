package dev.reflow.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the PostgreSQL programs of a data folder and waits for them. */
final class PostgresCommand {

    /** Creating a cluster on a slow disk is the longest wait. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path folder;
    private final PostgresBinaries binaries;
    private final ServerUser user;

    PostgresCommand(Path folder, PostgresBinaries binaries, ServerUser user) {
        this.folder = folder;
        this.binaries = binaries;
        this.user = user;
    }

    /**
     * What a program did.
     *
     * @param exitCode zero if it went well
     * @param output its standard output and error output
     */
    record Outcome(int exitCode, String output) {

        boolean failed() {
            return exitCode != 0;
        }
    }

    /**
     * Runs a program to its end, which it has to reach within five minutes.
     *
     * @param input what the program reads from its standard input
     */
    Outcome run(String input, String program, String... arguments) throws IOException {
        user.own(folder);
        List<String> command = new ArrayList<>(List.of(binaries.program(program)));
        command.addAll(List.of(arguments));
        // A file, as a pipe would stay open for as long as a server that inherits it.
        Path output = folder.resolve("command.log");
        Process process = start(user.command(command), output);
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The program ended without reading it all; its output tells why.
        }
        return new Outcome(exitCode(process), Files.readString(output));
    }

    private Process start(List<String> command, Path output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // Neither the settings of another PostgreSQL nor the language of messages shall come from outside.
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        environment.put("LC_ALL", "C");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new EmbeddedDatabaseException(
                    "The embedded PostgreSQL cannot be executed in " + folder
                            + "; use a Linux with glibc and a folder on a disk that is not mounted noexec, "
                            + EmbeddedDatabaseException.USE_YOUR_OWN + ".",
                    e);
        }
    }

    private static int exitCode(Process process) {
        try {
            if (process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            return -1;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new EmbeddedDatabaseException("The wait for the embedded database was interrupted.", e);
        }
    }
}
