package dev.reflow.task;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;

/** A span as the header {@code traceparent} of W3C's Trace Context says it, in which it can be kept and handed on. */
public final class TraceParent {
    private static final String VERSION = "00";

    private TraceParent() {}

    /** Null for a span that is none. */
    public static @Nullable String of(Span span) {
        SpanContext context = span.getSpanContext();
        return context.isValid()
                ? String.join(
                        "-",
                        VERSION,
                        context.getTraceId(),
                        context.getSpanId(),
                        context.getTraceFlags().asHex())
                : null;
    }

    /** @param text that {@link #of} has made, or null for no span */
    public static Span read(@Nullable String text) {
        if (text == null) {
            return Span.getInvalid();
        }
        String[] parts = text.split("-");
        return Span.wrap(SpanContext.createFromRemoteParent(
                parts[1], parts[2], TraceFlags.fromHex(parts[3], 0), TraceState.getDefault()));
    }
}
