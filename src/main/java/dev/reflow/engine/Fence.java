package dev.reflow.engine;

import dev.reflow.execution.FlowExecutionId;

/** The right to write for a generation, as long as the execution's row shows the same lease and owner. */
public record Fence(FlowExecutionId execution, int generation, long lease, NodeId owner) {}
