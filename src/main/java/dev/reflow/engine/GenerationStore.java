package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.Effect;
import dev.reflow.execution.Plan;
import dev.reflow.flow.TaskName;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The engine's view of the database. Every guarded write takes the fence and answers whether it was written; false means
 * that the work is in other hands. A failed Uni means that nobody knows, and the write may be repeated: repeating one
 * that was written changes nothing. Only an {@link IllegalArgumentException} says that it never can be written.
 */
public interface GenerationStore {
    /** Says that the node is alive. Answers the database's time; empty when it was declared dead and owns nothing. */
    Uni<Optional<Instant>> beat(NodeId node);

    /** How many executions a rescue frees at most; there may be more. */
    int RESCUED_AT_ONCE = 1000;

    /** Declares nodes dead that were silent for longer, and frees their work. Answers how many executions were freed. */
    Uni<Integer> rescueOrphans(Duration deadAfter);

    /** Lets queued executions run as far as their organizations allow. Answers whether some still have to wait. */
    Uni<Boolean> promoteQueued();

    /** Takes up at most {@code limit} generations that are due. */
    Uni<List<Fence>> claim(NodeId node, int limit);

    /**
     * A generation in the hands of a node.
     *
     * @param revision of the execution
     * @param cancelRequested whether the generation is to end
     */
    record Holding(Fence fence, long revision, boolean cancelRequested) {}

    /** What the node owns: also what it was given in a transaction whose answer it has not seen. */
    Uni<List<Holding>> owned(NodeId node);

    /** Gives generations back, for others to take up at once. Those in other hands are left alone. */
    Uni<Void> release(Collection<Fence> fences);

    /** Gives back everything that the node owns, and declares it dead. */
    Uni<Void> releaseAll(NodeId node);

    /** Empty when the work is in other hands. */
    Uni<Optional<GenerationFacts>> load(Fence fence);

    /** The outputs of results, in the edit that each attempt has, by the attempt's id. */
    Uni<Map<UUID, JsonNode>> outputs(Collection<Attempt> results);

    /**
     * What came from outside.
     *
     * @param signals the newest data that was received for each task, at or above the floor
     * @param reports attempts of the active generation that workers have ended
     */
    record Arrivals(Map<TaskName, JsonNode> signals, List<Report> reports) {}

    /** @param output of a completed attempt */
    record Report(Attempt attempt, @Nullable JsonNode output) {}

    /** Empty when the work is in other hands. */
    Uni<Optional<Arrivals>> arrivals(Fence fence);

    /** Stores the plan; before the generation's first effect. False also when the revision is another one. */
    Uni<Boolean> begin(Fence fence, long revision, Plan plan);

    /** What became of the record of an attempt. */
    enum Recorded {
        WRITTEN,
        /** The work is in other hands. */
        SUPERSEDED,
        /** A worker has ended the task, or newer data came for it: what is known of the generation is to be loaded anew. */
        OVERTAKEN
    }

    /** Raises the execution's revision by one when it is written. */
    Uni<Recorded> record(Fence fence, TaskRecord attempt);

    /** Raises the execution's revision by one. False also when a worker has ended the task. */
    Uni<Boolean> cutOff(Fence fence, UUID result, Map<TaskName, Consumed> consumed);

    /** Gives the generation back until a time, or until something comes. False also when the revision is another one. */
    Uni<Boolean> park(Fence fence, long revision, Effect.Park park);

    /**
     * Ends the generation. False also when the revision is another one.
     *
     * @param message why it failed, where no task can say so
     */
    Uni<Boolean> finish(Fence fence, long revision, Effect.Finish finish, @Nullable String message);
}
