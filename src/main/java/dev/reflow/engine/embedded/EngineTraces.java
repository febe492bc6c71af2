package dev.reflow.engine.embedded;

import dev.reflow.engine.Fence;
import dev.reflow.execution.Effect;
import dev.reflow.task.TaskOutcome;
import dev.reflow.task.TraceParent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Spans of generations and of what is done for them. A generation's is the root of a trace, linked to the request that
 * asked for it: the work outlives the answer, may be done by another process, and, when it waits, in several pieces. None
 * is ever the thread's current one, which all generations share.
 */
final class EngineTraces {
    private final Tracer tracer;

    EngineTraces(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Begins the span of what this process does for a generation. */
    Span generation(Fence fence) {
        return tracer.spanBuilder("generation")
                .setNoParent()
                .setAttribute("reflow.flow_execution.id", fence.execution().toString())
                .setAttribute("reflow.generation", fence.generation())
                .startSpan();
    }

    /** @param traceParent of the request that asked for the generation */
    static void askedBy(Span generation, @Nullable String traceParent) {
        if (traceParent != null) {
            generation.addLink(TraceParent.read(traceParent).getSpanContext());
        }
    }

    /** @param outcome why this process does nothing more for the generation */
    static void left(Span generation, String outcome) {
        generation.setAttribute("reflow.outcome", outcome).end();
    }

    /** Begins the span of something that is asked of the database until it is answered. */
    Span call(Span generation, String what) {
        return tracer.spanBuilder(what)
                .setParent(Context.root().with(generation))
                .setSpanKind(SpanKind.CLIENT)
                .startSpan();
    }

    /** Begins the span of an attempt in the hands of its executor. */
    Span attempt(Span generation, Effect.TaskStart start) {
        return tracer.spanBuilder("task " + start.task().executor())
                .setParent(Context.root().with(generation))
                .setAttribute("reflow.task.name", start.task().name().value())
                .setAttribute("reflow.task.idx", start.idx())
                .startSpan();
    }

    static void ended(Span attempt, TaskOutcome outcome) {
        attempt.setAttribute(
                "reflow.outcome", outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        if (outcome instanceof TaskOutcome.Failed failed) {
            attempt.setStatus(StatusCode.ERROR, failed.message());
        }
        attempt.end();
    }

    /** Nobody waits for the attempt any more. */
    static void cancelled(Span attempt) {
        attempt.setAttribute("reflow.outcome", "cancelled").end();
    }
}
