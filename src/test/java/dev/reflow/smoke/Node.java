package dev.reflow.smoke;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One of several service processes on the same database, with a proxy of its own before it. */
final class Node implements AutoCloseable {
    private final String name;
    private final DatabaseProxy proxy;
    private final ReflowProcess process;
    private int complaintsSeen;

    private Node(String name, DatabaseProxy proxy, ReflowProcess process) {
        this.name = name;
        this.proxy = proxy;
        this.process = process;
    }

    /** @param name by which the database knows its sessions */
    static Node launch(String name, Path folder, CrashingDatabase database, Map<String, String> settings)
            throws IOException {
        DatabaseProxy proxy = new DatabaseProxy(database.port());
        Map<String, String> environment = new HashMap<>(settings);
        environment.put(
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "postgresql://127.0.0.1:" + proxy.port() + "/" + database.name() + "?application_name=" + name);
        environment.put("QUARKUS_DATASOURCE_USERNAME", database.user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
        return new Node(name, proxy, ReflowProcess.launch(folder, environment));
    }

    Node ready() {
        process.awaitReady();
        return this;
    }

    String name() {
        return name;
    }

    DatabaseProxy proxy() {
        return proxy;
    }

    ReflowClient client(String key) {
        return process.client(key);
    }

    void kill() throws InterruptedException {
        process.kill();
    }

    void suspend() throws IOException, InterruptedException {
        Signals.send("STOP", process.pid());
    }

    void resume() throws IOException, InterruptedException {
        Signals.send("CONT", process.pid());
    }

    /** SIGTERM, without a wait for what comes of it. */
    void askToEnd() throws IOException, InterruptedException {
        Signals.send("TERM", process.pid());
    }

    int awaitEnd() throws InterruptedException {
        return process.awaitEnd();
    }

    int readiness() throws IOException, InterruptedException {
        return process.client("").readiness();
    }

    /** How far a counter of the process has come. */
    double counter(String name) throws IOException, InterruptedException {
        return process.client("")
                .get("/q/metrics")
                .expect(200)
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** What time the process thought it was when it last logged something. */
    LocalDateTime lastLogged() {
        return process.output()
                .lines()
                .filter(line -> line.matches("[0-9]{4}-[0-9]{2}-[0-9]{2} .*"))
                .reduce((earlier, later) -> later)
                .map(line -> LocalDateTime.parse(line.substring(0, 19).replace(' ', 'T')))
                .orElseThrow();
    }

    /** Warnings and errors since they were asked for last. */
    List<String> newComplaints() {
        List<String> all = process.complaints();
        List<String> unseen = all.subList(complaintsSeen, all.size());
        complaintsSeen = all.size();
        return unseen;
    }

    @Override
    public void close() throws IOException {
        process.close();
        proxy.close();
    }
}
