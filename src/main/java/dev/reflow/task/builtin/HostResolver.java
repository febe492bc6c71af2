package dev.reflow.task.builtin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.List;

/** Finds the addresses of a host name without blocking its caller. */
interface HostResolver {
    Future<List<InetAddress>> resolve(String host);

    /** Asks the operating system, on a worker. */
    static HostResolver system(Vertx vertx) {
        return host -> vertx.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false);
    }
}
