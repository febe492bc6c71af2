package dev.reflow.engine;

/**
 * Tells all nodes to look at the database sooner than they would. Only saves time: nothing depends on a call's arrival,
 * and calls close together may arrive as one.
 */
public interface Wakeups {
    /** Never blocks and never fails; to be called after the commit. */
    void send();

    /** @param look called on any thread, also for what this process has sent itself */
    void listen(Runnable look);
}
