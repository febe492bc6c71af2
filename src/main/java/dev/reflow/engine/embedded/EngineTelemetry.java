package dev.reflow.engine.embedded;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;

/** Where an engine says what it does. */
public record EngineTelemetry(MeterRegistry registry, Tracer tracer) {}
