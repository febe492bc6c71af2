package dev.reflow.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Connections that each send the next request once the last one was answered with 204. */
final class HttpLoad {
    private static final int MOST_ANSWERS = 4_000_000;

    private final HttpClient http;
    private final URI service;
    private final String apiKey;
    private final Supplier<String> path;
    private final AtomicInteger refused = new AtomicInteger();
    private final long[] nanoseconds = new long[MOST_ANSWERS];
    private final AtomicInteger answers = new AtomicInteger();
    private volatile long measuredFrom;
    private volatile long until;

    /**
     * @param perSecond answers
     * @param medianMillis of a request
     */
    record Measured(double perSecond, double medianMillis, double p99Millis) {}

    private HttpLoad(HttpClient http, URI service, String apiKey, Supplier<String> path) {
        this.http = http;
        this.service = service;
        this.apiKey = apiKey;
        this.path = path;
    }

    /** Posts without a body for a time, and measures the last part of it. */
    static Measured post(
            URI service, String apiKey, int connections, Duration warmUp, Duration measured, Supplier<String> path)
            throws InterruptedException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            HttpClient http = vertx.createHttpClient(
                    new HttpClientOptions().setKeepAlive(true).setPipelining(false),
                    new PoolOptions().setHttp1MaxSize(connections));
            return new HttpLoad(http, service, apiKey, path).run(connections, warmUp, measured);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private Measured run(int connections, Duration warmUp, Duration measured) throws InterruptedException {
        measuredFrom = System.nanoTime() + warmUp.toNanos();
        until = measuredFrom + measured.toNanos();
        CountDownLatch ended = new CountDownLatch(connections);
        for (int i = 0; i < connections; i++) {
            next(ended);
        }
        ended.await();
        if (refused.get() > 0) {
            throw new IllegalStateException(refused.get() + " requests were not answered with 204");
        }
        long[] sorted = Arrays.copyOf(nanoseconds, answers.get());
        Arrays.sort(sorted);
        return new Measured(
                sorted.length / (measured.toNanos() / 1e9),
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (0.99 * (sorted.length - 1))] / 1e6);
    }

    private void next(CountDownLatch ended) {
        long began = System.nanoTime();
        if (began >= until) {
            ended.countDown();
            return;
        }
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(service.getHost())
                .setPort(service.getPort())
                .setURI(path.get())
                .putHeader("X-API-Key", apiKey);
        http.request(request)
                .compose(open -> open.send())
                .compose(answer -> answer.end().map(answer.statusCode()))
                .onComplete(answer -> {
                    long now = System.nanoTime();
                    if (answer.failed() || answer.result() != 204) {
                        refused.incrementAndGet();
                    } else if (now >= measuredFrom && now < until) {
                        nanoseconds[answers.getAndIncrement()] = now - began;
                    }
                    next(ended);
                });
    }
}
