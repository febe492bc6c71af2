package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import dev.reflow.task.TaskExecutor;
import dev.reflow.task.TaskExecutorDescription;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code format_data}: computes a value from values. It has threads of its own, because an evaluation that cannot be
 * stopped must not take one from anybody else.
 */
@ApplicationScoped
public class FormatDataExecutor implements TaskExecutor {
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final TaskExecutorDescription DESCRIPTION = new TaskExecutorDescription(
            "format_data",
            1,
            "Computes its output from data with a JSONata expression: selects, reshapes, filters, sums, formats.",
            """
            Use this to turn the outputs of earlier tasks into the shape that the next task needs. Put the values into \
            `data`, usually by reference: {"order": "{{load.body}}"}, and write `expression` in JSONata over it, for \
            example order.items.(price * quantity) ~> $sum(). Keep references out of the expression itself: what they \
            bring would be read as code. The output is the value of the expression; null when it selects nothing. An \
            expression has no access to anything but its data, and fails when it runs longer than a few seconds.""",
            Parameters.schema("""
                    {
                      "type": "object",
                      "properties": {
                        "expression": {
                          "type": "string",
                          "minLength": 1,
                          "description": "JSONata, see https://docs.jsonata.org"
                        },
                        "data": {"description": "What the expression works on: any JSON value"}
                      },
                      "required": ["expression"],
                      "additionalProperties": true
                    }
                    """),
            null,
            null,
            false,
            false);

    private final Vertx vertx;
    private final Duration timeout;
    private final WorkerExecutor workers;

    public FormatDataExecutor(Vertx vertx, TaskConfig config) {
        this.vertx = vertx;
        this.timeout = config.formatData().timeout();
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        this.workers = vertx.createSharedWorkerExecutor(
                "reflow-format-data", threads, timeout.plus(GRACE).toNanos());
    }

    @Override
    public TaskExecutorDescription description() {
        return DESCRIPTION;
    }

    @Override
    public List<Fault> checkParameters(JsonNode parameters) {
        JsonNode expression = parameters.path("expression");
        return new JsonataExpression(expression.asText())
                        .syntaxError()
                        .map(error ->
                                new Fault(List.of("expression"), "jsonata_syntax", "Not JSONata: " + error, expression))
                        .stream()
                        .toList();
    }

    @Override
    public Uni<TaskOutcome> execute(TaskInput input) {
        Optional<TaskOutcome> refused = Parameters.refuse(DESCRIPTION, input);
        return refused.isPresent()
                ? Uni.createFrom().item(refused.get())
                : Uni.createFrom().emitter(emitter -> evaluate(input.parameters(), emitter));
    }

    /** The time of an evaluation begins when a thread takes it, not while it waits for one. */
    private void evaluate(JsonNode parameters, UniEmitter<? super TaskOutcome> emitter) {
        EvaluationBounds bounds = new EvaluationBounds(timeout);
        emitter.onTermination(bounds::cancel);
        workers.executeBlocking(
                        () -> {
                            long timer = vertx.setTimer(
                                    timeout.plus(GRACE).toMillis(),
                                    id -> emitter.complete(new TaskOutcome.Failed(bounds.timeoutMessage())));
                            try {
                                return evaluate(parameters, bounds);
                            } finally {
                                vertx.cancelTimer(timer);
                            }
                        },
                        false)
                .onComplete(emitter::complete, emitter::fail);
    }

    private static TaskOutcome evaluate(JsonNode parameters, EvaluationBounds bounds) {
        return new JsonataExpression(parameters.path("expression").textValue())
                .evaluate(parameters.path("data"), bounds);
    }

    @PreDestroy
    void close() {
        workers.close();
    }
}
