package dev.reflow.engine;

/** What keeps the database right while nodes fail; a test can leave one out to see that it is missed. */
public enum Guard {
    /** Who writes shows the lease that stands in the row. */
    LEASE,
    /** Who writes is the owner that stands in the row. */
    OWNER,
    /** Nobody parks or finishes what has changed since it was read. */
    REVISION,
    /** Nobody takes up what somebody owns. */
    UNOWNED,
    /** A rescue looks again, once it holds the lock, whether the node is silent and the work its own. */
    STILL_ORPHANED,
    /** A task has one result in a generation. */
    ONE_RESULT
}
