package dev.reflow.persistence;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.function.Function;

/** Spans of what is asked of the database, in the trace of whoever asks; nothing where nobody is traced. */
@Singleton
final class CallSpans {
    private final Tracer tracer;

    CallSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    /** @param call is given its span; it is asked once for each subscription */
    <T> Uni<T> of(String name, Function<Span, Uni<T>> call) {
        Context asking = Context.current();
        if (!Span.fromContext(asking).getSpanContext().isValid()) {
            return Uni.createFrom().deferred(() -> call.apply(Span.getInvalid()));
        }
        return Uni.createFrom().deferred(() -> {
            Span span = tracer.spanBuilder(name)
                    .setParent(asking)
                    .setSpanKind(SpanKind.CLIENT)
                    .setAttribute("db.system.name", "postgresql")
                    .startSpan();
            return call.apply(span)
                    .onFailure()
                    .invoke(failure -> span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage())))
                    .onTermination()
                    .invoke(span::end);
        });
    }
}
