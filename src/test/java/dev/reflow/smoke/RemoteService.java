package dev.reflow.smoke;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What {@code http_request} tasks ask: it counts the requests, holds those to {@code /held} back until told, takes its
 * time for {@code /slow} and so many milliseconds for {@code /takes/5000}, refuses two of three to {@code /flaky}, and
 * all to {@code /refused}.
 */
final class RemoteService implements AutoCloseable {
    private static final Duration SLOW = Duration.ofMillis(700);
    private static final String TAKES = "/takes/";

    private final AtomicInteger flaky = new AtomicInteger();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    record Request(String path, String idempotencyKey) {}

    RemoteService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            requests.add(new Request(path, exchange.getRequestHeaders().getFirst("Idempotency-Key")));
            if (path.startsWith("/held")) {
                released.await();
            }
            if (path.startsWith("/slow")) {
                Thread.sleep(SLOW.toMillis());
            }
            if (path.startsWith(TAKES)) {
                Thread.sleep(Long.parseLong(path.substring(TAKES.length())));
            }
            byte[] body = "{\"amount\":%d}".formatted(path.length()).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(isRefused(path) ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isRefused(String path) {
        return path.startsWith("/refused") || path.startsWith("/flaky") && flaky.incrementAndGet() % 3 != 0;
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** The requests to a path as they came. */
    List<Request> requests(String path) {
        return requests.stream().filter(request -> request.path().equals(path)).toList();
    }

    /** Answers what is held back, and from now on everything at once. */
    void release() {
        released.countDown();
    }

    @Override
    public void close() {
        released.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
