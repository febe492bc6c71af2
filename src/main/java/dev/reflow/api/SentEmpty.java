package dev.reflow.api;

import java.util.Optional;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Parameters that are there, without a value. The framework takes them for absent, and a filter that a client has set to
 * nothing by mistake would answer everything.
 */
final class SentEmpty {
    private SentEmpty() {}

    static @Nullable String query(String name) {
        return request().map(request -> request.getQueryParam(name)).orElse(null);
    }

    static @Nullable String header(String name) {
        return request().map(request -> request.getRequestHeader(name)).orElse(null);
    }

    private static Optional<ServerHttpRequest> request() {
        return Optional.ofNullable(CurrentRequestManager.get()).map(ResteasyReactiveRequestContext::serverRequest);
    }
}
