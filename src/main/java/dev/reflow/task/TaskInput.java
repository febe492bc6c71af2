package dev.reflow.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * What one attempt of a task works on.
 *
 * @param parameters the task's parameters, references replaced
 * @param flowInput the input of the execution
 * @param idempotencyKey the same for every attempt of the task in a generation, another in each generation
 * @param startedAt when the attempt began; does not change while it waits
 * @param now the present, by the clock that {@code startedAt} was read from
 */
public record TaskInput(
        JsonNode parameters, JsonNode flowInput, String idempotencyKey, Instant startedAt, Instant now) {}
