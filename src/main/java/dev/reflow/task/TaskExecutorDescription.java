package dev.reflow.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What a client and the planner know of a task executor.
 *
 * @param version rises when equal parameters give another output than before; part of every fingerprint
 * @param agentPrompt how to write a task for it, for a language model
 * @param parametersSchema JSON Schema of a task's parameters
 * @param flowInputSchema JSON Schema of the execution's input; null for an executor that begins none
 * @param outputSchema JSON Schema of its outputs; null where anything may come out
 * @param schedulable whether a schedule may start it
 * @param neverReused whether equal parameters say nothing about equal outputs
 */
public record TaskExecutorDescription(
        String name,
        int version,
        String description,
        String agentPrompt,
        ObjectNode parametersSchema,
        @Nullable ObjectNode flowInputSchema,
        @Nullable ObjectNode outputSchema,
        boolean schedulable,
        boolean neverReused) {

    /** Whether it hands the execution's input on to the other tasks. */
    public boolean isInput() {
        return flowInputSchema != null;
    }
}
