package dev.reflow.ops;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Spans of the service's own. Without it they would be made even if nobody collects them. */
final class Tracing {
    private static final String NAME = "dev.reflow";

    private Tracing() {}

    @Produces
    @Singleton
    static Tracer tracer(
            OpenTelemetry telemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean off) {
        return off ? TracerProvider.noop().get(NAME) : telemetry.getTracer(NAME);
    }
}
