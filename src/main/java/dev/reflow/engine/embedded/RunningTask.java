package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Fence;
import dev.reflow.error.Fault;
import dev.reflow.execution.Effect;
import dev.reflow.execution.GenerationRun;
import dev.reflow.flow.JsonLimits;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import dev.reflow.task.TraceParent;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** One attempt in the hands of its executor. Confined to the loop. */
final class RunningTask {
    private static final Logger LOG = Logger.getLogger(RunningTask.class);

    private final EngineLoop loop;
    private final InstantSource clock;
    private final TaskExecutors executors;
    private final int maxOutputBytes;
    private final GenerationLog log;
    private final Effect.TaskStart start;
    private final Instant startedAt;
    private final Queue<Runnable> writes = new ArrayDeque<>();
    private boolean writing;
    private Cancellable timeout = () -> {};
    private Cancellable work = () -> {};
    private Span trace = Span.getInvalid();
    private boolean over;

    RunningTask(
            EngineLoop loop,
            InstantSource clock,
            TaskExecutors executors,
            int maxOutputBytes,
            GenerationLog log,
            Effect.TaskStart start) {
        this.loop = loop;
        this.clock = clock;
        this.executors = executors;
        this.maxOutputBytes = maxOutputBytes;
        this.log = log;
        this.start = start;
        this.startedAt = start.startedAt() == null ? clock.instant().truncatedTo(ChronoUnit.MILLIS) : start.startedAt();
    }

    Effect.TaskStart start() {
        return start;
    }

    Instant startedAt() {
        return startedAt;
    }

    boolean isOver() {
        return over;
    }

    /**
     * @param attempt its span, which ends with it
     * @param ended gets the outcome, once, on the loop; not called any more after {@link #cancel}
     */
    void run(Fence fence, JsonNode flowInput, Span attempt, Consumer<TaskOutcome> ended) {
        trace = attempt;
        TaskInput input = new TaskInput(
                start.parameters(),
                flowInput,
                start.signal(),
                idempotencyKey(fence),
                startedAt,
                clock.instant(),
                TraceParent.of(attempt));
        limit(ended);
        work = Uni.createFrom()
                .deferred(() -> execute(input).map(this::checked))
                .emitOn(loop)
                .subscribe()
                .with(
                        outcome -> end(outcome, ended),
                        failure -> loop.execute(() -> {
                            log.line(() -> LOG.errorf(
                                    failure,
                                    "task executor %s failed unexpectedly",
                                    start.task().executor()));
                            end(new TaskOutcome.Failed("the task executor failed unexpectedly: " + failure), ended);
                        }));
    }

    private void limit(Consumer<TaskOutcome> ended) {
        Duration limit = start.task().timeout();
        if (limit != null) {
            Duration left = Duration.between(clock.instant(), startedAt.plus(limit));
            timeout = loop.schedule(left, () -> {
                work.cancel();
                end(new TaskOutcome.Failed(GenerationRun.timedOut(start.task())), ended);
            });
        }
    }

    void cancel() {
        if (!over) {
            EngineTraces.cancelled(trace);
        }
        over = true;
        timeout.cancel();
        work.cancel();
    }

    private void end(TaskOutcome outcome, Consumer<TaskOutcome> ended) {
        if (!over) {
            over = true;
            timeout.cancel();
            EngineTraces.ended(trace, outcome);
            ended.accept(outcome);
        }
    }

    /** What is written of an attempt is written in the order in which it happened. */
    void inOrder(Runnable write) {
        if (writing) {
            writes.add(write);
        } else {
            writing = true;
            write.run();
        }
    }

    void written() {
        writing = false;
        Runnable next = writes.poll();
        if (next != null) {
            inOrder(next);
        }
    }

    private Uni<TaskOutcome> execute(TaskInput input) {
        String name = start.task().executor();
        return executors
                .find(name)
                .map(executor -> executor.execute(input))
                .orElseGet(() -> Uni.createFrom()
                        .item(new TaskOutcome.Failed("this service has no task executor named '" + name + "'")));
    }

    private TaskOutcome checked(TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Completed completed) {
            Optional<Fault> fault = JsonLimits.check(completed.output());
            if (fault.isPresent()) {
                return new TaskOutcome.Failed(
                        "the output cannot be kept: " + fault.get().text("output"));
            }
            int bytes = completed.output().toString().getBytes(StandardCharsets.UTF_8).length;
            if (bytes > maxOutputBytes) {
                return new TaskOutcome.Failed(
                        "the output has " + bytes + " bytes; at most " + maxOutputBytes + " are kept");
            }
        }
        return outcome;
    }

    /** Equal for all attempts of the task in the generation. */
    private String idempotencyKey(Fence fence) {
        String identity = fence.execution() + ":" + fence.generation() + ":"
                + start.task().name();
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
