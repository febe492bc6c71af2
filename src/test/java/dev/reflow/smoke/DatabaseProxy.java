package dev.reflow.smoke;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a service and its database. It can lose the answer to a statement that is carried out, turn connections
 * away, or swallow everything as a network does that is broken somewhere.
 */
final class DatabaseProxy implements AutoCloseable {
    private static final int BUFFER = 65_536;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final int target;
    private volatile @Nullable String losing;
    private volatile boolean turningAway;
    private volatile boolean swallowing;

    DatabaseProxy(int target) throws IOException {
        this.target = target;
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on, connections on which the statement is sent bring no answers any more. */
    void loseAnswersTo(String statement) {
        losing = statement;
    }

    /** How many connections bring no answers any more. */
    long silentConnections() {
        return links.stream().filter(link -> link.silent).count();
    }

    /** Lets new connections bring all answers. */
    void loseNothing() {
        losing = null;
    }

    /** Closes the connections that bring no answers. */
    void cutSilentConnections() {
        links.stream().filter(link -> link.silent).forEach(Link::cut);
    }

    /** From now on, nothing gets through, neither on connections that there are nor on new ones; all stay open. */
    void swallow() {
        turningAway = false;
        swallowing = true;
        links.forEach(link -> link.swallowed = true);
    }

    /** From now on, new connections are closed at once. */
    void turnAway() {
        swallowing = false;
        turningAway = true;
    }

    /** Lets new connections work. Those that swallow everything do so for ever. */
    void serve() {
        swallowing = false;
        turningAway = false;
    }

    /** How many connections there are on which nothing gets through. */
    long swallowed() {
        return links.stream().filter(link -> link.swallowed).count();
    }

    /** Closes all connections there are at the moment. */
    void cutConnections() {
        links.forEach(Link::cut);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (turningAway) {
                    client.close();
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // the proxy is closed
            }
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
            link.swallowed = swallowing;
            links.add(link);
            threads.execute(link::forward);
            threads.execute(link::bringBack);
        } catch (IOException e) {
            client.close(); // the database is away
        }
    }

    private final class Link {
        private final Socket client;
        private final Socket database;
        /** The statement is parsed first, and carried out when the client has heard of that. */
        private boolean prepared;

        private volatile boolean silent;
        private volatile boolean swallowed;

        Link(Socket client, Socket database) {
            this.client = client;
            this.database = database;
        }

        void forward() {
            byte[] buffer = new byte[BUFFER];
            try {
                for (int size = read(client, buffer); size >= 0; size = read(client, buffer)) {
                    silent |= prepared;
                    prepared |= contains(buffer, size, losing);
                    if (!swallowed) {
                        database.getOutputStream().write(buffer, 0, size);
                    }
                }
            } catch (IOException e) {
                // one side has closed
            }
            cut();
        }

        void bringBack() {
            byte[] buffer = new byte[BUFFER];
            try {
                for (int size = read(database, buffer); size >= 0; size = read(database, buffer)) {
                    if (!silent && !swallowed) {
                        client.getOutputStream().write(buffer, 0, size);
                    }
                }
            } catch (IOException e) {
                // one side has closed
            }
            if (!swallowed) { // else the client does not hear of the end either
                cut();
            }
        }

        private boolean contains(byte[] buffer, int size, @Nullable String statement) {
            return statement != null && new String(buffer, 0, size, StandardCharsets.ISO_8859_1).contains(statement);
        }

        private int read(Socket from, byte[] buffer) throws IOException {
            return from.getInputStream().read(buffer);
        }

        void cut() {
            try (client;
                    database) {
                links.remove(this);
            } catch (IOException e) {
                // it is of no use any more
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        links.forEach(Link::cut);
        threads.shutdownNow();
    }
}
