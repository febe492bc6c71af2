package dev.reflow.api;

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

    private static void answerFailure(RoutingContext context) {
        Throwable exception = context.failure();
        ErrorAnswer.write(
                context, exception == null ? Failures.of(context.statusCode()) : Failures.of(exception, context));
    }
}
