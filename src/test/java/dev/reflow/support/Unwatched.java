package dev.reflow.support;

import dev.reflow.engine.embedded.EngineTelemetry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;

/** For an engine that nobody watches. */
public final class Unwatched {
    private Unwatched() {}

    public static EngineTelemetry telemetry() {
        return new EngineTelemetry(
                new SimpleMeterRegistry(), TracerProvider.noop().get("unwatched"));
    }
}
