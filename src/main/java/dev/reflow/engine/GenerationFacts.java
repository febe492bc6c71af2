package dev.reflow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.History;
import dev.reflow.execution.Mode;
import dev.reflow.execution.Plan;
import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.OrganizationId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known of an active generation.
 *
 * @param input of the execution
 * @param inputTask that the execution was started through
 * @param version that this generation runs; its definition is among {@code versions}
 * @param versions the definitions of {@code fromVersion}, {@code version} and of every version with a current result
 * @param history in which edits of this generation's time have not happened
 * @param edits the attempts that a person edited or marked meanwhile, as they are now
 * @param signals the newest data that was received for each task, at or above the floor
 * @param plan null when none is stored yet
 * @param revision of the execution, read before everything else
 * @param asked for the log and for traces
 */
public record GenerationFacts(
        JsonNode input,
        TaskName inputTask,
        Mode mode,
        int fromVersion,
        int version,
        Map<Integer, Definition> versions,
        History history,
        List<Attempt> edits,
        Map<TaskName, JsonNode> signals,
        @Nullable Plan plan,
        long revision,
        boolean cancelRequested,
        Asked asked) {

    /**
     * Who asked for the generation.
     *
     * @param requestId null when the service did so by itself
     * @param traceParent of the request, as W3C's Trace Context says it; null when it was not traced
     */
    public record Asked(
            OrganizationId organization,
            @Nullable String requestId,
            @Nullable String traceParent) {}

    public Definition definition() {
        Definition definition = versions.get(version);
        if (definition == null) {
            throw new IllegalStateException("version " + version + " was not loaded");
        }
        return definition;
    }
}
