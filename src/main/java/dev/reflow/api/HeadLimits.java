package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses addresses and headers that are too long. The transport has the same limits but answers without a body and
 * without any of our headers, so it is made to read more than is allowed.
 */
@Singleton
final class HeadLimits implements HttpServerOptionsCustomizer {
    /** How much more the transport reads. What is longer still is left to it. */
    private static final int ROOM = 4;

    /** What a header takes beside its name and value. */
    private static final int COLON_AND_LINE_END = 4;

    private final int line;
    private final int headers;

    HeadLimits(
            @ConfigProperty(name = "quarkus.http.limits.max-initial-line-length") int line,
            @ConfigProperty(name = "quarkus.http.limits.max-header-size") MemorySize headers) {
        this.line = line;
        this.headers = headers.asBigInteger().intValueExact();
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setMaxInitialLineLength(ROOM * line).setMaxHeaderSize(ROOM * headers);
        options.getInitialSettings()
                .setMaxHeaderListSize((long) ROOM * (line + headers)); // HTTP/2 counts them together
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }

    @Override
    public void customizeDomainSocketServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }

    void register(@Observes Filters filters) {
        filters.register(this::refuse, RequestId.FIRST - 1);
    }

    private void refuse(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.uri().length() > line) {
            ErrorAnswer.write(
                    context, new ReflowException(ErrorCode.URI_TOO_LONG, "The request's address is too long"));
        } else if (size(request) > headers) {
            ErrorAnswer.write(
                    context, new ReflowException(ErrorCode.HEADERS_TOO_LARGE, "The request's headers are too large"));
        } else {
            context.next();
        }
    }

    private static long size(HttpServerRequest request) {
        long size = 0;
        for (Map.Entry<String, String> header : request.headers()) {
            size += header.getKey().length() + header.getValue().length() + COLON_AND_LINE_END;
        }
        return size;
    }
}
