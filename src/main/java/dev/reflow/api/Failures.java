package dev.reflow.api;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import io.quarkus.security.AuthenticationException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import jakarta.ws.rs.WebApplicationException;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Which of the API's failures stands for an exception. */
final class Failures {
    private static final Logger LOG = Logger.getLogger(Failures.class);

    /** Nothing here may see the classes of the database's packages, but their exceptions come by. */
    private static final List<String> DATABASE =
            List.of("io.vertx.pgclient.", "io.vertx.sqlclient.", "org.hibernate.", "jakarta.persistence.");

    private Failures() {}

    /** What the client is not told about goes to the log. */
    static ReflowException of(Throwable exception, RoutingContext context) {
        ReflowException failure = of(exception);
        if (failure.code() == ErrorCode.INTERNAL_ERROR || failure.code() == ErrorCode.REPOSITORY_ERROR) {
            LOG.errorf(
                    exception,
                    "%s %s failed, request %s",
                    context.request().method(),
                    context.request().path(),
                    RequestId.of(context));
        }
        return failure;
    }

    private static ReflowException of(Throwable exception) {
        if (exception instanceof ReflowException known) {
            return known;
        }
        if (exception instanceof CompletionException && exception.getCause() != null) {
            return of(exception.getCause());
        }
        if (exception instanceof WebApplicationException web) {
            return of(web.getResponse().getStatus());
        }
        if (exception instanceof HttpException http) {
            return of(http.getStatusCode());
        }
        if (exception instanceof UnauthorizedException || exception instanceof AuthenticationException) {
            return of(ErrorCode.UNAUTHORIZED.httpStatus());
        }
        if (exception instanceof ForbiddenException) {
            return of(ErrorCode.FORBIDDEN.httpStatus());
        }
        if (exception instanceof RejectedExecutionException) {
            return of(ErrorCode.UNAVAILABLE.httpStatus());
        }
        return isOfDatabase(exception)
                ? new ReflowException(ErrorCode.REPOSITORY_ERROR, "The database did not do what it was asked")
                : of(ErrorCode.INTERNAL_ERROR.httpStatus());
    }

    private static boolean isOfDatabase(Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            String name = cause.getClass().getName();
            if (cause instanceof ConnectException || DATABASE.stream().anyMatch(name::startsWith)) {
                return true;
            }
        }
        return false;
    }

    /** The failure that stands for a status of the framework's own. */
    static ReflowException of(int status) {
        return switch (status) {
            case 401 -> new ReflowException(ErrorCode.UNAUTHORIZED, "Credentials are missing or not valid");
            case 403 -> new ReflowException(ErrorCode.FORBIDDEN, "Not allowed");
            case 404 -> ReflowException.notFound("Resource");
            case 405 -> new ReflowException(ErrorCode.METHOD_NOT_ALLOWED, "The method is not allowed here");
            case 406 -> new ReflowException(ErrorCode.NOT_ACCEPTABLE, "The answer is JSON, which is not accepted");
            case 409 -> new ReflowException(ErrorCode.CONFLICT, "The request conflicts with the current state");
            case 412 -> new ReflowException(ErrorCode.PRECONDITION_FAILED, "A precondition does not hold");
            case 413 -> BodyLimit.exceeded();
            case 415 -> new ReflowException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The body has to be JSON");
            case 429 -> new ReflowException(ErrorCode.RATE_LIMITED, "Too many requests");
            case 503 -> new ReflowException(ErrorCode.UNAVAILABLE, "The service is not available at the moment");
            case 504 ->
                new ReflowException(
                        ErrorCode.TIMEOUT, "The request takes too long; it may have been carried out all the same");
            default ->
                status >= 400 && status < 500
                        ? new ReflowException(ErrorCode.BAD_REQUEST, "The request is not valid")
                        : new ReflowException(ErrorCode.INTERNAL_ERROR, "An unexpected error occurred");
        };
    }
}
