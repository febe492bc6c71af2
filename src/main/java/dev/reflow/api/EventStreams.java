package dev.reflow.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reflow.execution.ExecutionEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureFailure;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.CancellationException;
import org.jboss.logging.Logger;

/** Writes events to clients as server-sent events: the next one when the one before has left. */
@ApplicationScoped
class EventStreams {
    private static final Logger LOG = Logger.getLogger(EventStreams.class);
    /** After which time a client should connect again, in milliseconds. */
    private static final long RECONNECT = 1000;

    private final ObjectMapper mapper;
    private final LiveConfig config;

    EventStreams(ObjectMapper mapper, LiveConfig config) {
        this.mapper = mapper;
        this.config = config;
    }

    /** Done when the answer has begun; until then the request can still fail like any other. */
    Uni<Void> open(Multi<ExecutionEvent> events, SseEventSink sink, Sse sse, RoutingContext context) {
        OutboundSseEvent opening = sse.newEventBuilder()
                .comment("listening")
                .reconnectDelay(RECONNECT)
                .build();
        return send(sink, opening).invoke(() -> {
            Cancellable stream = outgoing(events, sse)
                    .onItem()
                    .transformToUniAndConcatenate(event -> send(sink, event))
                    .subscribe()
                    .with(sent -> {}, failure -> end(failure, sink, context));
            SseBroadcaster closing = sse.newBroadcaster();
            closing.onClose(closed -> stream.cancel());
            closing.register(sink);
        });
    }

    private static Uni<Void> send(SseEventSink sink, OutboundSseEvent event) {
        return Uni.createFrom().completionStage(() -> sink.send(event)).replaceWithVoid();
    }

    /** The events, and heartbeats as long as there are events. */
    private Multi<OutboundSseEvent> outgoing(Multi<ExecutionEvent> events, Sse sse) {
        Multi<OutboundSseEvent> heartbeats = Multi.createFrom()
                .ticks()
                .every(config.heartbeat())
                .onOverflow()
                .drop()
                .map(tick -> sse.newEventBuilder().comment("").build());
        return Multi.createBy()
                .merging()
                .withRequests(1)
                .streams(
                        heartbeats,
                        events.map(event -> event(event, sse)).onCompletion().failWith(CancellationException::new));
    }

    private OutboundSseEvent event(ExecutionEvent event, Sse sse) {
        ExecutionEventResponse told = ExecutionEventResponse.of(event);
        return sse.newEventBuilder()
                .id(Long.toString(told.id()))
                .name(told.type())
                .data(String.class, json(told))
                .build();
    }

    String json(ExecutionEventResponse event) {
        try {
            return mapper.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What waits for a client that does not read would never be sent, so its connection is cut. */
    private static void end(Throwable failure, SseEventSink sink, RoutingContext context) {
        if (failure instanceof BackPressureFailure) {
            context.response().reset();
        } else if (!(failure instanceof CancellationException)) {
            LOG.debugf("a stream of events ends: %s", failure);
        }
        sink.close();
    }
}
