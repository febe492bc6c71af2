package dev.reflow.api;

import dev.reflow.execution.TaskTag;

public record TaskTagOutcomeResponse(TaskTag.Outcome status) {}
