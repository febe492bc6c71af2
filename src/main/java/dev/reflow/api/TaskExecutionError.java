package dev.reflow.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Why a task failed, with whatever else its executor or worker says of it. */
@Schema(requiredProperties = "message")
public record TaskExecutionError(String message) {}
