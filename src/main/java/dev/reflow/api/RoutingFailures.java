package dev.reflow.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Answers what never reaches a resource: unknown paths, and failures of the layers in front of the resources. */
@Singleton
final class RoutingFailures {
    void register(@Observes Router router) {
        router.route().order(-RequestId.FIRST).failureHandler(RoutingFailures::answerFailure);
        router.errorHandler(400, context -> ErrorAnswer.write(context, Failures.of(400)));
        router.route().last().handler(context -> ErrorAnswer.write(context, Failures.of(404)));
    }

    void register(@Observes Filters filters) {
        filters.register(RoutingFailures::refuseUndecodable, RequestId.FIRST - 1);
    }

    /** Whatever is asked for the path later, metrics too, takes it for granted that there is one. */
    private static void refuseUndecodable(RoutingContext context) {
        if (isDecodable(context)) {
            context.next();
        } else {
            ErrorAnswer.write(context, Failures.of(400));
        }
    }

    private static boolean isDecodable(RoutingContext context) {
        try {
            return context.normalizedPath() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void answerFailure(RoutingContext context) {
        Throwable exception = context.failure();
        ErrorAnswer.write(
                context, exception == null ? Failures.of(context.statusCode()) : Failures.of(exception, context));
    }
}
