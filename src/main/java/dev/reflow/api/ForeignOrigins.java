package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.SecurityHandlerPriorities;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Refuses pages that the settings of the framework do not let in. The framework would do so without a body. */
@Singleton
final class ForeignOrigins {
    private static final String ANY = "*";

    private final boolean enabled;
    private final List<String> origins;
    private final List<Pattern> patterns;
    private final List<String> methods;

    ForeignOrigins(
            @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean enabled,
            @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> origins,
            @ConfigProperty(name = "quarkus.http.cors.methods") Optional<List<String>> methods) {
        this.enabled = enabled;
        this.origins = origins.orElse(List.of());
        this.patterns = CORSFilter.parseAllowedOriginsRegex(origins);
        this.methods = methods.orElse(List.of(ANY));
    }

    void register(@Observes Filters filters) {
        if (enabled) {
            filters.register(this::refuse, SecurityHandlerPriorities.CORS + 1);
        }
    }

    private void refuse(RoutingContext context) {
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        if (origin == null || isAllowed(origin, context.request())) {
            context.next();
        } else {
            ErrorAnswer.write(
                    context, new ReflowException(ErrorCode.FORBIDDEN, "Pages of this origin may not do this here"));
        }
    }

    private boolean isAllowed(String origin, HttpServerRequest request) {
        if (origins.equals(List.of(ANY))
                || origins.contains(origin)
                || CORSFilter.isOriginAllowedByRegex(patterns, origin)) {
            return isPreflight(request)
                    || methods.equals(List.of(ANY))
                    || methods.contains(request.method().name());
        }
        return origin.equals(request.scheme() + "://" + request.authority());
    }

    /** Which is told by the framework what is allowed. */
    private static boolean isPreflight(HttpServerRequest request) {
        return request.method().equals(HttpMethod.OPTIONS)
                && (request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)
                        || request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS));
    }
}
