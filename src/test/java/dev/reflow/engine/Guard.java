package dev.reflow.engine;

/** What keeps things right while nodes fail; a test can leave one out to see that it is missed. */
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
    ONE_RESULT,
    /** Who takes up work, or frees it from the dead, raises the lease. */
    LEASE_RISES,
    /** No execution begins without room in its organization. */
    ROOM,
    /** No execution begins before those that have waited for longer. */
    QUEUE,
    /** What must not be interrupted is not superseded while its node lives. */
    UNINTERRUPTIBLE,
    /** After an outage nobody is declared dead before there was time for all to beat. */
    PATIENCE,
    /** A node that is asked to stop waits for tasks that must not be interrupted. */
    GRACE,
    /** A node runs no more tasks than it is configured for. */
    SLOTS,
    /** A node takes up no more generations than it is configured for. */
    CAPACITY
}
