package dev.reflow.api;

import dev.reflow.error.ReflowException;
import dev.reflow.organization.Caller;
import dev.reflow.task.TraceParent;
import io.opentelemetry.api.trace.Span;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jboss.logging.MDC;
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
        Caller caller = (Caller) identity.getPrincipal();
        MDC.put("organization_id", caller.organization().toString());
        return caller.asking(
                operation(request), RequestId.of(request.unwrap(RoutingContext.class)), TraceParent.of(Span.current()));
    }

    /** The caller, of a request that says whose the thing is. What is another organization's is not there. */
    Caller requireOf(UUID organization, String thing) {
        Caller caller = get();
        if (!caller.organization().value().equals(organization)) {
            throw ReflowException.notFound(thing);
        }
        return caller;
    }

    private static String operation(ResteasyReactiveRequestContext request) {
        RuntimeResource resource = request.getTarget();
        String path = resource.getClassPath().template + resource.getPath().template;
        return request.getMethod() + " " + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }
}
