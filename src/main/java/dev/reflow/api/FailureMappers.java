package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers whatever a resource, or the framework on the way to it, throws. */
public final class FailureMappers {
    /** The framework has mappers of its own for some types, which would win against a mapper of their parents. */
    @ServerExceptionMapper({
        Throwable.class,
        ReflowException.class,
        WebApplicationException.class,
        NotFoundException.class,
        UnauthorizedException.class,
        ForbiddenException.class,
        AuthenticationFailedException.class,
        AuthenticationCompletionException.class,
    })
    public Response answer(Throwable exception, RoutingContext context) {
        ReflowException failure = Failures.of(exception, context);
        Response.ResponseBuilder answer = Response.status(failure.code().httpStatus())
                .header(HttpHeaders.CONTENT_TYPE, ErrorAnswer.MEDIA_TYPE)
                .entity(ErrorAnswer.body(failure, RequestId.of(context)));
        ErrorAnswer.headers(failure.code()).forEach(answer::header);
        if (failure.code() == ErrorCode.PAYLOAD_TOO_LARGE) {
            BodyLimit.discardRest(context);
        }
        return answer.build();
    }
}
