package dev.reflow.engine;

import java.util.Optional;

/**
 * Runs the generations that are in the database. A command only saves the time until the engine would have found the
 * work by itself: whoever misses one loses nothing.
 */
public interface WorkflowEngine {
    /** The node that a new generation can be given to in the transaction that adds it; empty when it has no room. */
    Optional<NodeId> claimant();

    /** Never blocks and never fails; to be called after the commit. */
    void tell(Command command);
}
