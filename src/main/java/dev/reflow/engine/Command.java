package dev.reflow.engine;

import dev.reflow.execution.FlowExecutionId;

/** What an engine is told after the transaction that says so has committed. */
public sealed interface Command {
    FlowExecutionId execution();

    /** A new execution whose first generation this node owns. */
    record Start(Fence fence) implements Command {
        @Override
        public FlowExecutionId execution() {
            return fence.execution();
        }
    }

    /** A new generation that this node owns; whatever it still does for an earlier one is of no use any more. */
    record Restart(Fence fence) implements Command {
        @Override
        public FlowExecutionId execution() {
            return fence.execution();
        }
    }

    /** The end of a generation was asked for; of no meaning for a later one. */
    record Cancel(FlowExecutionId execution, int generation) implements Command {}

    /**
     * A person changed a result, or something came for a task from outside; the active generation, if any, has to look
     * again.
     */
    record Signal(FlowExecutionId execution) implements Command {}

    /** Whoever works on the execution, or could, should look at what the database says of it. */
    record Offer(FlowExecutionId execution) implements Command {}
}
