package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Answers requests that take too long, from their first line on, so that a body that never ends counts, too. An answer
 * that has begun is left alone, and so are WebSockets. See {@link LateAnswers} for what comes of them after all.
 */
@Singleton
public final class RequestTimeout {
    private final long timeout;

    RequestTimeout(@ConfigProperty(name = "reflow.limits.request-timeout", defaultValue = "30s") Duration timeout) {
        this.timeout = timeout.toMillis();
    }

    void register(@Observes Filters filters) {
        filters.register(this::start, RequestId.FIRST - 1);
    }

    private void start(RoutingContext context) {
        if (!"websocket".equalsIgnoreCase(context.request().getHeader(HttpHeaders.UPGRADE))) {
            long timer = context.vertx().setTimer(timeout, late -> answer(context));
            context.addEndHandler(ended -> context.vertx().cancelTimer(timer));
        }
        context.next();
    }

    private static void answer(RoutingContext context) {
        if (context.response().headWritten()) {
            return;
        }
        HttpServerRequest request = context.request();
        if (!request.isEnded()) {
            context.addEndHandler(answered -> request.connection().close());
        }
        ErrorAnswer.write(context, Failures.of(ErrorCode.TIMEOUT.httpStatus()));
    }
}
