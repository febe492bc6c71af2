package dev.reflow.task.builtin;

import dev.reflow.task.TaskOutcome;
import io.opentelemetry.api.trace.Span;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request, its redirects and the response that ends them. Every hop is resolved once and connected to an address
 * that was found permitted, never to the name again: a name that changes its address between check and connection
 * gains nothing. All state belongs to one Vert.x context, whose current span is that of the task.
 */
final class HttpExchange {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_ERROR_BODY = 8_192;

    private final Vertx vertx;
    private final HttpClient client;
    private final HostResolver resolver;
    private final TaskConfig.Http config;
    private final Consumer<TaskOutcome> result;
    private final Context context;
    private final Span trace;

    private long timer;
    private boolean done;
    private int redirects;
    private @Nullable HttpClientRequest current;

    HttpExchange(
            Vertx vertx,
            HttpClient client,
            HostResolver resolver,
            TaskConfig.Http config,
            Span trace,
            Consumer<TaskOutcome> result) {
        this.vertx = vertx;
        this.client = client;
        this.resolver = resolver;
        this.config = config;
        this.result = result;
        this.context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
        this.trace = trace;
    }

    @SuppressWarnings("MustBeClosedChecker") // the trace is the context's for as long as there is one
    void start(OutgoingRequest request) {
        context.runOnContext(started -> {
            trace.makeCurrent();
            timer = vertx.setTimer(
                    Math.max(1, config.timeout().toMillis()),
                    id -> fail("there was no complete response within " + Parameters.seconds(config.timeout())));
            send(request);
        });
    }

    /** Closes what is open; nothing is reported any more. */
    void cancel() {
        context.runOnContext(cancelled -> end());
    }

    private void send(OutgoingRequest request) {
        if (done) {
            return;
        }
        HttpTarget target = request.target();
        resolve(target)
                .onSuccess(addresses -> {
                    List<InetAddress> permitted =
                            addresses.stream().filter(this::isPermitted).toList();
                    if (permitted.isEmpty()) {
                        fail(target.host() + " is not a public address; requests to private networks are not allowed");
                    } else {
                        connect(request, permitted);
                    }
                })
                .onFailure(cause -> fail("the host " + target.host() + " cannot be resolved"));
    }

    private Future<List<InetAddress>> resolve(HttpTarget target) {
        InetAddress address = target.address();
        return address == null ? resolver.resolve(target.host()) : Future.succeededFuture(List.of(address));
    }

    private boolean isPermitted(InetAddress address) {
        return config.allowPrivateNetworks() || PublicAddresses.contains(address);
    }

    /** Tries the addresses one after the other; nothing of the request has left before a connection stands. */
    private void connect(OutgoingRequest request, List<InetAddress> addresses) {
        if (done) {
            return;
        }
        HttpTarget target = request.target();
        RequestOptions options = new RequestOptions()
                .setMethod(request.method())
                .setServer(SocketAddress.inetSocketAddress(socketAddress(addresses.get(0), target.port())))
                .setHost(target.host())
                .setPort(target.port())
                .setSsl(target.tls())
                .setURI(target.path())
                .setFollowRedirects(false)
                .setHeaders(request.sentHeaders());
        client.request(options)
                .onSuccess(connected -> exchange(request, connected))
                .onFailure(cause -> {
                    if (addresses.size() > 1) {
                        connect(request, addresses.subList(1, addresses.size()));
                    } else {
                        fail("no connection to " + target.origin() + ": " + message(cause));
                    }
                });
    }

    /** An address without a name: there is nothing left to resolve. */
    private static InetSocketAddress socketAddress(InetAddress address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address.getAddress()), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong number of bytes
        }
    }

    private void exchange(OutgoingRequest request, HttpClientRequest connected) {
        connected.exceptionHandler(told -> {}); // the response fails as well
        if (done) {
            close(connected);
            return;
        }
        current = connected;
        connected
                .response()
                .onSuccess(response -> receive(request, connected, response))
                .onFailure(cause -> failIf(connected, request + " got no response: " + message(cause)));
        Buffer body = request.body();
        if (body == null) {
            connected.end();
        } else {
            connected.end(body);
        }
    }

    private void receive(OutgoingRequest request, HttpClientRequest connected, HttpClientResponse response) {
        if (done) {
            return;
        }
        String location = response.getHeader(HttpHeaders.LOCATION);
        if (REDIRECTS.contains(response.statusCode()) && location != null) {
            current = null;
            response.exceptionHandler(closed -> {});
            close(connected);
            redirect(request, response.statusCode(), location);
            return;
        }
        boolean failed = response.statusCode() >= 400;
        Buffer body = Buffer.buffer();
        response.handler(chunk -> {
            body.appendBuffer(chunk);
            if (failed && body.length() >= MAX_ERROR_BODY) {
                finish(request, response, body);
            } else if (body.length() > config.maxResponseBytes()) {
                fail(request + " answered with more than " + config.maxResponseBytes() + " bytes");
            }
        });
        response.exceptionHandler(cause -> failIf(connected, "the response broke off: " + message(cause)));
        response.endHandler(ended -> {
            if (current == connected) {
                current = null; // its connection may serve another request by now
                finish(request, response, body);
            }
        });
    }

    private void redirect(OutgoingRequest request, int status, String location) {
        if (++redirects > MAX_REDIRECTS) {
            fail(request + " was redirected more than " + MAX_REDIRECTS + " times");
            return;
        }
        try {
            send(request.redirected(status, request.target().resolve(location)));
        } catch (RefusedRequestException e) {
            fail(request + " was redirected, but not followed: " + e.getMessage());
        }
    }

    private void finish(OutgoingRequest request, HttpClientResponse response, Buffer body) {
        ReceivedResponse received = new ReceivedResponse(response.statusCode(), response.headers(), body);
        if (received.status() >= 400) {
            String excerpt = received.excerpt();
            fail(request + " answered with status " + received.status() + (excerpt.isEmpty() ? "" : ": " + excerpt));
        } else if (end()) {
            result.accept(received.toOutcome(request.toString()));
        }
    }

    private void failIf(HttpClientRequest connected, String message) {
        if (current == connected) {
            fail(message);
        }
    }

    private void fail(String message) {
        if (end()) {
            result.accept(new TaskOutcome.Failed(message));
        }
    }

    /** @return whether it had not ended before */
    private boolean end() {
        if (done) {
            return false;
        }
        done = true;
        vertx.cancelTimer(timer);
        HttpClientRequest open = current;
        current = null;
        if (open != null) {
            close(open);
        }
        return true;
    }

    /** Nothing else uses its connection: HTTP/1.1, not pipelined. A mere reset would let it linger. */
    private static void close(HttpClientRequest request) {
        request.connection().close();
    }

    private static String message(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
