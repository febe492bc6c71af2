package dev.reflow.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Tells browsers to make nothing more of an answer than what it is. */
@Singleton
final class SecurityHeaders {
    private static final String USER_INTERFACE = "/q/swagger-ui";
    private static final String POLICY = "Content-Security-Policy";

    void register(@Observes Filters filters) {
        filters.register(SecurityHeaders::add, RequestId.FIRST + 1);
    }

    private static void add(RoutingContext context) {
        HttpServerResponse response = context.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer");
        if (context.request().path().startsWith(USER_INTERFACE)) {
            response.putHeader(
                    POLICY,
                    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
                            + " img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'");
        } else {
            response.putHeader(POLICY, "default-src 'none'; frame-ancestors 'none'")
                    .putHeader("Cache-Control", "no-store");
        }
        context.next();
    }
}
