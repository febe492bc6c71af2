package dev.reflow.execution;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.flow.FlowTask;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a generation goes on: processes take it up one after the other and carry out what its run asks for, until it ends
 * or is left alone.
 */
final class Progress {
    private static final Duration WAIT = Duration.ofMinutes(1);

    private final World world;
    private final Course course;
    private final Random order;
    private final Set<String> waited = new HashSet<>();
    private int step;
    private boolean left;

    Progress(World world, Course course) {
        this.world = world;
        this.course = course;
        this.order = new Random(course.order());
    }

    boolean isLeft() {
        return left;
    }

    /** A process takes the generation up and goes on until it finishes, parks, is lost or finds that it missed something. */
    void takeUp() {
        new Process().goOn();
    }

    private final class Process {
        private final GenerationRun run;
        private final List<Effect> open = new ArrayList<>();
        private final List<Instant> waits = new ArrayList<>();
        private long knownRevision = world.revision();
        private boolean over;

        Process() {
            run = new GenerationRun(
                    FakeWork.EXECUTORS,
                    new GenerationRun.Facts(
                            world.generation(),
                            world.version(),
                            world.requirePlan(),
                            world.planningOfGeneration(),
                            world.edits(),
                            Map.of(),
                            world.isCancelRequested()));
            Map<UUID, JsonNode> outputs = new HashMap<>();
            run.resultsToBeConsumed().forEach(result -> outputs.put(result.id(), world.output(result)));
            run.provide(outputs);
            world.reference().takeUp();
        }

        void goOn() {
            apply(new Event.Started(world.now()));
            while (!over) {
                meanwhile();
                if (!over) {
                    step();
                }
            }
        }

        private void step() {
            if (step++ >= course.stop()) {
                left = true;
                over = true;
            } else if (course.crashes().contains(step)) {
                over = true;
            } else if (!waits.isEmpty() && (open.isEmpty() || order.nextInt(4) == 0)) {
                world.advanceTo(waits.remove(0));
                apply(new Event.TimeReached(world.now()));
            } else {
                carryOut(open.remove(order.nextInt(open.size())));
            }
        }

        private void meanwhile() {
            int generation = world.generation();
            for (Course.Meanwhile meanwhile : course.meanwhile()) {
                if (over || world.generation() != generation) {
                    break;
                }
                if (meanwhile.step() == step && meanwhile.happening() instanceof Happening.Cancel) {
                    world.requestCancel();
                    over = true;
                } else if (meanwhile.step() == step) {
                    world.happen(meanwhile.happening());
                }
            }
            if (world.generation() != generation) {
                over = true;
                left = true;
            }
        }

        private void apply(Event event) {
            for (Effect effect : run.apply(event)) {
                world.watcher().asked(world, effect);
                if (effect instanceof Effect.Finish finish) {
                    over = true;
                    world.finish(finish, knownRevision);
                } else if (effect instanceof Effect.Park park) {
                    over = true;
                    world.advanceTo(Objects.requireNonNull(park.until()));
                } else {
                    begin(effect);
                    open.add(effect);
                }
            }
        }

        private void begin(Effect effect) {
            boolean shown = effect instanceof Effect.RunTask && order.nextBoolean();
            if (shown) {
                record(((Effect.RunTask) effect).start(), ProcessingStatus.RUNNING, null, null);
            }
        }

        private void carryOut(Effect effect) {
            if (effect instanceof Effect.RunTask runTask) {
                run(runTask.start());
            } else if (effect instanceof Effect.FailTask failTask) {
                fail(failTask.start());
            } else if (effect instanceof Effect.CutOff cutOff) {
                JsonNode output = world.keep(cutOff);
                knownRevision++;
                apply(new Event.TaskCutOff(cutOff.task(), output));
            }
        }

        private void run(Effect.TaskStart start) {
            FlowTask task = start.task();
            String name = task.name().value();
            if (course.waiting().contains(name) && waited.add(name)) {
                Instant until = world.now().plus(WAIT);
                record(start, ProcessingStatus.RUNNING, null, until);
                waits.add(until);
                apply(new Event.TaskAwaits(
                        task, start.idx(), world.startedAt(name, start.idx()), until, start.signal()));
            } else if (course.failing().contains(name)) {
                fail(start);
            } else {
                JsonNode output = FakeWork.output(task.executor(), start.parameters());
                record(start, ProcessingStatus.COMPLETED, output, null);
                apply(new Event.TaskCompleted(task, start.idx(), output));
            }
        }

        private void fail(Effect.TaskStart start) {
            record(start, ProcessingStatus.FAILED, null, null);
            apply(new Event.TaskFailed(start.task(), start.idx(), null));
        }

        private void record(
                Effect.TaskStart start, ProcessingStatus status, @Nullable JsonNode output, @Nullable Instant wakeAt) {
            world.reference().begin(start.task().name().value(), start.idx());
            world.record(start, status, output, wakeAt);
            knownRevision++;
        }
    }
}
