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
 * that the work is in other hands. A failed Uni means that nobody knows: the write may be repeated.
 */
public interface GenerationStore {
    /** Says that the node is alive. False: it was declared dead and owns nothing any more. */
    Uni<Boolean> beat(NodeId node);

    /** Declares nodes dead that were silent for longer, and frees their work. Answers how many executions were freed. */
    Uni<Integer> rescueOrphans(Duration deadAfter);

    /** Lets queued executions run as far as their organizations allow. Answers how many. */
    Uni<Integer> promoteQueued();

    /** Takes up at most {@code limit} generations that are due. */
    Uni<List<Fence>> claim(NodeId node, int limit);

    /** What the node owns: also what it was given in a transaction whose answer it has not seen. */
    Uni<List<Fence>> owned(NodeId node);

    /** Gives back everything that the node owns, for others to take up at once. */
    Uni<Void> releaseAll(NodeId node);

    /** Empty when the work is in other hands. */
    Uni<Optional<GenerationFacts>> load(Fence fence);

    /** The outputs of results, in the edit that each attempt has, by the attempt's id. */
    Uni<Map<UUID, JsonNode>> outputs(Collection<Attempt> results);

    /** Stores the plan; before the generation's first effect. */
    Uni<Boolean> begin(Fence fence, Plan plan);

    /** Raises the execution's revision by one. */
    Uni<Boolean> record(Fence fence, TaskRecord attempt);

    /** Raises the execution's revision by one. */
    Uni<Boolean> cutOff(Fence fence, UUID result, Map<TaskName, Consumed> consumed);

    /** Gives the generation back until a time. False also when the revision is another one. */
    Uni<Boolean> park(Fence fence, long revision, Instant until);

    /**
     * Ends the generation. False also when the revision is another one.
     *
     * @param message why it failed, where no task can say so
     */
    Uni<Boolean> finish(Fence fence, long revision, Effect.Finish finish, @Nullable String message);
}
