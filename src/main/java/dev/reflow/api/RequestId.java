package dev.reflow.api;

import com.github.f4b6a3.ulid.Ulid;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;

/** Gives every request an identity that its answer, its log lines and its error body share. */
@Singleton
final class RequestId {
    static final String HEADER = "X-Request-ID";

    /** Before everything of the framework that can answer a request. */
    static final int FIRST = 1000;

    private static final String KEY = "request_id";

    void register(@Observes Filters filters) {
        filters.register(RequestId::assign, FIRST);
    }

    static String of(RoutingContext context) {
        String id = context.get(KEY);
        return id == null ? identify(context) : id;
    }

    private static void assign(RoutingContext context) {
        identify(context);
        context.next();
    }

    private static String identify(RoutingContext context) {
        String given = context.request().getHeader(HEADER);
        String id = Ulid.isValid(given) ? given : Ulid.fast().toString();
        context.put(KEY, id);
        MDC.put(KEY, id);
        context.addHeadersEndHandler(headWritten -> context.response().putHeader(HEADER, id));
        return id;
    }
}
