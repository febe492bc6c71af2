package dev.reflow.api;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * What comes of a request that took too long has nobody to go to. Not in {@link RequestTimeout}: the framework makes the
 * beans of its filters before it knows the settings of the process, when a native executable is built.
 */
public final class LateAnswers {
    @ServerResponseFilter
    public void drop(ContainerResponseContext response, RoutingContext context) {
        if (context.response().ended()) {
            response.setEntity(null);
        }
    }
}
