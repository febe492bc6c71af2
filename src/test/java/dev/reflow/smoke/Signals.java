package dev.reflow.smoke;

import java.io.IOException;

/** Signals that Java has no word for. */
final class Signals {
    private Signals() {}

    static void send(String signal, long pid) throws IOException, InterruptedException {
        int exitCode = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IOException("no signal " + signal + " to process " + pid);
        }
    }
}
