package dev.reflow.support;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A WebSocket of a flow, as a client reads it. */
public final class EventSocket implements AutoCloseable, WebSocket.Listener {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final boolean reads;
    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder part = new StringBuilder();
    private volatile int pings;
    private WebSocket socket;

    private EventSocket(boolean reads) {
        this.reads = reads;
    }

    /** Listens, and has been told that it misses nothing from now on. */
    public static EventSocket open(URI service, String key, String flow) throws Exception {
        EventSocket socket = connect(builder().header("X-API-Key", key), service, flow, true);
        return socket.await(messages -> !messages.isEmpty());
    }

    /** Connects, and does not read. */
    public static EventSocket openUnread(URI service, String key, String flow) throws Exception {
        return connect(builder().header("X-API-Key", key), service, flow, false);
    }

    public static WebSocket.Builder builder() {
        return HTTP.newWebSocketBuilder().connectTimeout(LONG_ENOUGH);
    }

    public static EventSocket connect(WebSocket.Builder builder, URI service, String flow, boolean reads)
            throws Exception {
        EventSocket events = new EventSocket(reads);
        URI address = URI.create(service.resolve("/ws/flows/" + flow).toString().replaceFirst("^http", "ws"));
        events.socket = builder.buildAsync(address, events).get(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS);
        return events;
    }

    /** To the request for a WebSocket, when it is refused. */
    public static Response answer(RequestSpecification request, String flow) {
        return request.header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .get("/ws/flows/" + flow);
    }

    @Override
    public void onOpen(WebSocket opened) {
        if (reads) {
            opened.request(1);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        part.append(data);
        if (last) {
            messages.add(FlowBuilder.json(part.toString()));
            part.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
        pings++;
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.completeExceptionally(error);
    }

    public WebSocket socket() {
        return socket;
    }

    public int pings() {
        return pings;
    }

    /** Without the first message, which says that from then on nothing is missed. */
    public List<JsonNode> events() {
        return messages.subList(1, messages.size());
    }

    public List<JsonNode> messages() {
        return messages;
    }

    public EventSocket await(Predicate<List<JsonNode>> holds) {
        Awaitility.await()
                .atMost(LONG_ENOUGH)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> holds.test(messages));
        return this;
    }

    /** Starts to read what has come meanwhile. */
    public void startReading() {
        socket.request(1);
    }

    /** The code that the service closed the connection with. */
    public int awaitClose() throws Exception {
        return closed.get(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS);
    }

    public boolean isOpen() {
        return !closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
