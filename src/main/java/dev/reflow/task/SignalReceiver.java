package dev.reflow.task;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import java.util.List;

/**
 * An executor whose tasks wait for data from outside. An attempt finds the newest data in {@link TaskInput#signal}, or
 * answers {@link TaskOutcome.AwaitingSignal} and is run again when some has come.
 */
public interface SignalReceiver extends TaskExecutor {
    /**
     * What keeps data from being accepted for a task.
     *
     * @param parameters the task's parameters as they stand in the definition
     * @return the faults, located inside the data; empty when it fits
     */
    List<Fault> checkSignal(JsonNode parameters, JsonNode data);
}
