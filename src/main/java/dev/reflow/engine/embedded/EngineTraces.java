package dev.reflow.engine.embedded;

import dev.reflow.engine.Fence;
import dev.reflow.engine.GenerationFacts;
import dev.reflow.execution.Effect;
import dev.reflow.task.TaskOutcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spans of generations and of their attempts. A generation's is the root of a trace, linked to the request that asked for
 * it: the work outlives the answer, may be done by another process, and, when it waits, in several pieces.
 */
final class EngineTraces {
    private static final TextMapGetter<String> TRACE_PARENT = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
            return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
            return key.equals("traceparent") ? carrier : null;
        }
    };

    private final Tracer tracer;

    EngineTraces(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Begins the span of what this process does for a generation. */
    Context generation(Fence fence) {
        return Context.root()
                .with(tracer.spanBuilder("generation")
                        .setNoParent()
                        .setAttribute(
                                "reflow.flow_execution.id", fence.execution().toString())
                        .setAttribute("reflow.generation", fence.generation())
                        .startSpan());
    }

    static void askedBy(Context generation, GenerationFacts.Asked asked) {
        SpanContext request = Span.fromContext(W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), asked.traceParent(), TRACE_PARENT))
                .getSpanContext();
        if (request.isValid()) {
            Span.fromContext(generation).addLink(request);
        }
    }

    /** @param outcome why this process does nothing more for the generation */
    static void left(Context generation, String outcome) {
        Span.fromContext(generation).setAttribute("reflow.outcome", outcome).end();
    }

    /** Begins the span of an attempt in the hands of its executor. */
    Context attempt(Context generation, Effect.TaskStart start) {
        return generation.with(tracer.spanBuilder("task " + start.task().executor())
                .setParent(generation)
                .setAttribute("reflow.task.name", start.task().name().value())
                .setAttribute("reflow.task.idx", start.idx())
                .startSpan());
    }

    static void ended(Context attempt, TaskOutcome outcome) {
        Span span = Span.fromContext(attempt);
        span.setAttribute("reflow.outcome", outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        if (outcome instanceof TaskOutcome.Failed failed) {
            span.setStatus(StatusCode.ERROR, failed.message());
        }
        span.end();
    }

    /** Nobody waits for the attempt any more. */
    static void cancelled(Context attempt) {
        Span.fromContext(attempt).setAttribute("reflow.outcome", "cancelled").end();
    }

    static <T> T within(Context context, Supplier<T> call) {
        try (Scope current = context.makeCurrent()) {
            return call.get();
        }
    }
}
