package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.flow.FlowId;
import dev.reflow.organization.Caller;
import dev.reflow.usecase.FlowAccess;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.Locale;

/** Lets those listen to a flow who may read it. Others are answered like any other request, before there is a WebSocket. */
@Singleton
final class FlowEventsUpgrade implements HttpUpgradeCheck {
    private static final String VERSION = "13";

    private final FlowAccess flows;
    private final LiveEvents live;

    FlowEventsUpgrade(FlowAccess flows, LiveEvents live) {
        this.flows = flows;
        this.live = live;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        return context.securityIdentity()
                .map(FlowEventsUpgrade::caller)
                .invoke(() -> requireHandshake(context.httpRequest()))
                .invoke(caller -> context.userData().put(FlowEventsSocket.LISTENER, caller))
                .flatMap(caller -> flows.requireReadable(caller, flow(context.pathParam(FlowEventsSocket.FLOW))))
                .invoke(live::requireRoom)
                .invoke(() -> UpgradedRequests.end(context.httpRequest()))
                .flatMap(found -> CheckResult.permitUpgrade());
    }

    private static Caller caller(SecurityIdentity identity) {
        if (identity.isAnonymous()) {
            throw new ReflowException(ErrorCode.UNAUTHORIZED, "Credentials are missing or not valid");
        }
        return (Caller) identity.getPrincipal();
    }

    /** The framework looks for a key alone, and answers whatever else is missing without a body, or never. */
    private static void requireHandshake(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.GET)
                || !VERSION.equals(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
                || !request.headers().contains(HttpHeaders.UPGRADE, "websocket", true)
                || !String.valueOf(request.getHeader(HttpHeaders.CONNECTION))
                        .toLowerCase(Locale.ROOT)
                        .contains("upgrade")) {
            throw new ReflowException(
                    ErrorCode.BAD_REQUEST, "This is no request for a WebSocket of version " + VERSION);
        }
    }

    static FlowId flow(String raw) {
        Form form = new Form();
        FlowId flow =
                form.path(FlowEventsSocket.FLOW, raw).uuid().map(FlowId::new).required();
        form.check();
        return flow;
    }
}
