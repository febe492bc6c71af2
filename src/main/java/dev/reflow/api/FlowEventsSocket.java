package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionEvent;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.Caller;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.subscription.BackPressureFailure;
import io.smallrye.mutiny.subscription.Cancellable;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Tells a client what happens to the executions of a flow, from the message {@code listening} on. Who may listen is
 * decided before, see {@link FlowEventsUpgrade}; what a client sends is not read.
 */
@WebSocket(path = "/ws/flows/{" + FlowEventsSocket.FLOW + "}")
class FlowEventsSocket {
    static final String FLOW = "flow_id";
    static final UserData.TypedKey<Caller> LISTENER = new UserData.TypedKey<>("listener");

    private static final Logger LOG = Logger.getLogger(FlowEventsSocket.class);
    private static final UserData.TypedKey<Cancellable> STREAM = new UserData.TypedKey<>("stream");
    private static final String LISTENING = "{\"type\":\"listening\"}";

    private final LiveEvents live;
    private final EventStreams streams;

    FlowEventsSocket(LiveEvents live, EventStreams streams) {
        this.live = live;
        this.streams = streams;
    }

    @OnOpen
    void open(WebSocketConnection connection) {
        FlowId flow = FlowEventsUpgrade.flow(connection.pathParam(FLOW));
        Caller listener = Objects.requireNonNull(connection.userData().get(LISTENER));
        connection
                .userData()
                .put(
                        STREAM,
                        live.ofFlow(listener, flow)
                                .onItem()
                                .transformToUniAndConcatenate(event -> connection.sendText(message(event)))
                                .subscribe()
                                .with(
                                        sent -> {},
                                        failure -> close(connection, reason(failure)),
                                        () -> close(connection, WebSocketCloseStatus.ENDPOINT_UNAVAILABLE)));
    }

    private String message(Optional<ExecutionEvent> event) {
        return event.map(ExecutionEventResponse::of).map(streams::json).orElse(LISTENING);
    }

    @OnTextMessage
    void ignore(String message) {}

    @OnClose
    void stop(WebSocketConnection connection) {
        Optional.ofNullable(connection.userData().get(STREAM)).ifPresent(Cancellable::cancel);
    }

    private static WebSocketCloseStatus reason(Throwable failure) {
        if (failure instanceof ReflowException refused && refused.code() != ErrorCode.UNAVAILABLE) {
            return WebSocketCloseStatus.POLICY_VIOLATION;
        }
        boolean tooMuch = failure instanceof BackPressureFailure || failure instanceof ReflowException;
        return tooMuch ? WebSocketCloseStatus.TRY_AGAIN_LATER : WebSocketCloseStatus.INTERNAL_SERVER_ERROR;
    }

    private static void close(WebSocketConnection connection, WebSocketCloseStatus status) {
        connection
                .close(new CloseReason(status.code(), status.reasonText()))
                .subscribe()
                .with(closed -> {}, failure -> LOG.debugf("a connection was closed already: %s", failure));
    }
}
