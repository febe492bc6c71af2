package dev.reflow.api;

import dev.reflow.organization.Caller;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;

/** Who sent the request that is being answered. */
@ApplicationScoped
class CurrentCaller {
    private final SecurityIdentity identity;

    CurrentCaller(SecurityIdentity identity) {
        this.identity = identity;
    }

    Caller get() {
        ResteasyReactiveRequestContext request = CurrentRequestManager.get();
        return ((Caller) identity.getPrincipal())
                .asking(operation(request), RequestId.of(request.unwrap(RoutingContext.class)));
    }

    private static String operation(ResteasyReactiveRequestContext request) {
        RuntimeResource resource = request.getTarget();
        String path = resource.getClassPath().template + resource.getPath().template;
        return request.getMethod() + " " + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }
}
