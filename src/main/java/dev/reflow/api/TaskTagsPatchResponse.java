package dev.reflow.api;

import dev.reflow.execution.TaskTag;
import java.util.List;

/** @param tags in the order of the request */
public record TaskTagsPatchResponse(List<TaskTagOutcomeResponse> tags) {
    static TaskTagsPatchResponse of(List<TaskTag.Outcome> outcomes) {
        return new TaskTagsPatchResponse(
                outcomes.stream().map(TaskTagOutcomeResponse::new).toList());
    }
}
