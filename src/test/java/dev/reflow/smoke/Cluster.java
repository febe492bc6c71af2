package dev.reflow.smoke;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

/** Several processes that share a database, and what they ask: all started by the test. */
final class Cluster implements AutoCloseable {
    static final String KEY = "saf_cluster";

    private final Path folder;
    private final CrashingDatabase database;
    private final RemoteService remote = new RemoteService();
    private final Map<String, String> settings;
    private final List<Node> all = new ArrayList<>();
    private final List<Node> asked = new CopyOnWriteArrayList<>();
    private final Witness witness;

    private Cluster(Path folder) throws IOException, SQLException {
        this.folder = folder;
        database = new CrashingDatabase(folder.resolve("database"));
        settings = Map.of(
                "REFLOW_BOOTSTRAP_API_KEY",
                KEY,
                "REFLOW_TASK_HTTP_ALLOW_PRIVATE_NETWORKS",
                "true",
                "REFLOW_ENGINE_HEARTBEAT_INTERVAL",
                "500ms",
                "REFLOW_ENGINE_DEAD_AFTER",
                "3s",
                "REFLOW_ENGINE_POLL_INTERVAL",
                "200ms");
        try {
            join(launch());
            witness = Witness.install(database, asked.get(0).name());
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    static Cluster start(Path folder, int nodes) throws IOException, SQLException {
        Cluster cluster = new Cluster(folder);
        while (cluster.all.size() < nodes) {
            cluster.join(cluster.launch());
        }
        return cluster;
    }

    /** Starts one more process; {@link #join} lets clients ask it. */
    Node launch() throws IOException {
        return launch(Map.of());
    }

    /** @param more settings of this one */
    Node launch(Map<String, String> more) throws IOException {
        Map<String, String> combined = new HashMap<>(settings);
        combined.putAll(more);
        Node node = Node.launch("node-" + (all.size() + 1), folder.resolve("unused"), database, combined);
        all.add(node);
        return node;
    }

    void join(Node node) {
        node.ready();
        asked.add(node);
    }

    /** Lets no client ask the process any more. */
    void leave(Node node) {
        asked.remove(node);
    }

    Node node(int index) {
        return asked.get(index);
    }

    List<Node> nodes() {
        return asked;
    }

    ReflowClient anyClient() {
        List<Node> now = List.copyOf(asked);
        return now.get(ThreadLocalRandom.current().nextInt(now.size())).client(KEY);
    }

    CrashingDatabase database() {
        return database;
    }

    Witness witness() {
        return witness;
    }

    RemoteService remote() {
        return remote;
    }

    /** What all processes have complained of since that was asked for last, also those that have ended. */
    List<String> newComplaints() {
        return all.stream().flatMap(node -> node.newComplaints().stream()).toList();
    }

    @Override
    public void close() throws IOException {
        try (remote;
                database) {
            for (Node node : all) {
                node.close();
            }
        }
    }
}
