package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses bodies that are too large. The framework has the same limit but answers without a body, so this stands in
 * front of it where the length is announced, and takes its place (in {@link JsonBodyReader}) where it is not.
 */
@Singleton
final class BodyLimit {
    static final String SETTING = "quarkus.http.limits.max-body-size";

    /** The framework's own check has the order -2; a filter's order is its negative priority. */
    private static final int AFTER_THE_FRAMEWORK = 1;

    /** A client that sends before it reads gets its answer if it does not send much more than this. */
    private static final long MOST_DISCARDED = 64 * 1024 * 1024;

    private final long limit;

    BodyLimit(@ConfigProperty(name = SETTING) MemorySize limit) {
        this.limit = limit.asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::refuseAnnounced, RequestId.FIRST - 1);
        filters.register(BodyLimit::liftFrameworkLimit, AFTER_THE_FRAMEWORK);
    }

    static ReflowException exceeded() {
        return new ReflowException(ErrorCode.PAYLOAD_TOO_LARGE, "The request's body is too large");
    }

    /** The connection cannot be used again, but a client that is still sending would not see an answer if it broke at once. */
    static void discardRest(RoutingContext context) {
        context.addEndHandler(answered -> {
            HttpServerRequest request = context.request();
            if (request.isEnded()) {
                request.connection().close();
                return;
            }
            request.handler(ignored -> {
                if (request.bytesRead() > MOST_DISCARDED) {
                    request.connection().close();
                }
            });
            request.endHandler(sent -> request.connection().close());
            request.resume();
        });
    }

    private void refuseAnnounced(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > limit) {
            ErrorAnswer.write(context, exceeded());
        } else {
            context.next();
        }
    }

    private static void liftFrameworkLimit(RoutingContext context) {
        context.remove(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY);
        context.next();
    }
}
