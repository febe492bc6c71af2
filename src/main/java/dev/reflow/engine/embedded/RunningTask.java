package dev.reflow.engine.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.engine.Fence;
import dev.reflow.execution.Effect;
import dev.reflow.task.TaskExecutors;
import dev.reflow.task.TaskInput;
import dev.reflow.task.TaskOutcome;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One attempt in the hands of its executor. Confined to the loop. */
final class RunningTask {
    private static final Logger LOG = Logger.getLogger(RunningTask.class);

    /** As deep as requests may be; what lists wrap around it stays readable for every parser. */
    private static final int DEEPEST_OUTPUT = 500;

    private final EngineLoop loop;
    private final TaskExecutors executors;
    private final int maxOutputBytes;
    private final Effect.TaskStart start;
    private final Instant startedAt;
    private @Nullable Cancellable work;
    private boolean over;

    RunningTask(EngineLoop loop, TaskExecutors executors, int maxOutputBytes, Effect.TaskStart start) {
        this.loop = loop;
        this.executors = executors;
        this.maxOutputBytes = maxOutputBytes;
        this.start = start;
        this.startedAt =
                start.startedAt() == null ? loop.clock().instant().truncatedTo(ChronoUnit.MILLIS) : start.startedAt();
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

    /** @param ended gets the outcome, once, on the loop; not called any more after {@link #cancel} */
    void run(Fence fence, JsonNode flowInput, Consumer<TaskOutcome> ended) {
        TaskInput input = new TaskInput(
                start.parameters(),
                flowInput,
                null,
                idempotencyKey(fence),
                startedAt,
                loop.clock().instant());
        work = Uni.createFrom()
                .deferred(() -> execute(input).map(this::checked))
                .emitOn(loop)
                .subscribe()
                .with(
                        outcome -> end(checked(outcome), ended),
                        failure -> loop.execute(() -> {
                            LOG.errorf(
                                    failure,
                                    "task executor %s failed unexpectedly",
                                    start.task().executor());
                            end(new TaskOutcome.Failed("the task executor failed unexpectedly: " + failure), ended);
                        }));
    }

    void cancel() {
        over = true;
        if (work != null) {
            work.cancel();
        }
    }

    private void end(TaskOutcome outcome, Consumer<TaskOutcome> ended) {
        if (!over) {
            over = true;
            ended.accept(outcome);
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
            if (isDeeper(completed.output(), DEEPEST_OUTPUT)) {
                return new TaskOutcome.Failed("the output is nested more than " + DEEPEST_OUTPUT + " levels deep");
            }
            int bytes = completed.output().toString().getBytes(StandardCharsets.UTF_8).length;
            if (bytes > maxOutputBytes) {
                return new TaskOutcome.Failed(
                        "the output has " + bytes + " bytes; at most " + maxOutputBytes + " are kept");
            }
        }
        return outcome;
    }

    private static boolean isDeeper(JsonNode value, int levels) {
        if (value.isContainerNode()) {
            if (levels == 0) {
                return true;
            }
            for (JsonNode child : value) {
                if (isDeeper(child, levels - 1)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Equal for all attempts of the task in the generation. */
    private String idempotencyKey(Fence fence) {
        String identity = fence.execution() + ":" + fence.generation() + ":"
                + start.task().name();
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
