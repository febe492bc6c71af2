package dev.reflow.api;

import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Method;

/**
 * Requests that become WebSockets. A process that stops waits for the requests under way, but the framework never hears
 * that such a one is over, and would wait in vain, for as long as it may, for each WebSocket that there ever was. It has
 * no public way to be told; without this, a stop only takes longer.
 */
final class UpgradedRequests {
    private UpgradedRequests() {}

    /** What follows is a connection, which has an end of its own. */
    static void end(HttpServerRequest request) {
        if (request.getCookie(QuarkusRequestWrapper.FAKE_COOKIE_NAME)
                instanceof QuarkusRequestWrapper.QuarkusCookie counted) {
            try {
                Method done = QuarkusRequestWrapper.class.getDeclaredMethod("done");
                done.setAccessible(true);
                done.invoke(counted.getRequestWrapper());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the framework counts its requests in another way now", e);
            }
        }
    }
}
