package dev.reflow.engine.embedded;

/** A fault that met with work; one that met with nothing proves nothing. */
enum Collision {
    /** A process was killed that owned executions. */
    CRASH,
    /** A process that owned executions was stopped for longer than the dead-line and then went on. */
    FREEZE,
    /** A process that owned executions was asked to shut down. */
    SHUTDOWN,
    /** A call met with a database that was away. */
    OUTAGE,
    /** A write was done, but its writer was told that nobody knows. */
    LOST_ANSWER,
    /** A write was done, and its writer heard nothing. */
    NO_ANSWER,
    /** A write was not done. */
    FAILED_CALL,
    /** A write was done twice. */
    DOUBLE_CALL,
    /** A write was done after its writer had given up waiting for it. */
    LATE_CALL,
    /** Executions of a dead process were freed. */
    RESCUE,
    /** A rescue was too late: the node has beaten, or the execution was in other hands. */
    RESCUE_TOO_LATE,
    /** A result came of a generation, or of a process, that had lost the execution. */
    SUPERSEDED_RESULT,
    /** Something came between the reading and the parking or finishing. */
    CHANGED_MEANWHILE,
    /** A task that must not be interrupted ended after its process was asked to stop. */
    AWAITED_AT_SHUTDOWN,
    /** Some of the executions that wait for room got it, and others did not. */
    QUEUE,
    /** A worker's report was there before the engine's own result. */
    OVERTAKEN,
    /** A re-execution superseded a generation whose tasks ran. */
    RE_EXECUTION_OF_RUNNING,
    /** A re-execution was refused because of a task that must not be interrupted. */
    CONFLICT,
    /** A request was repeated and found done. */
    REPLAY,
    /** Data came for a task while its execution was owned. */
    SIGNAL_OF_OWNED,
    /** Data came for a task of an execution that was laid aside. */
    SIGNAL_OF_PARKED,
    CANCEL,
    CUT_OFF
}
