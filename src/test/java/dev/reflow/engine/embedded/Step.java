package dev.reflow.engine.embedded;

/** How far an execution has come. */
enum Step {
    /** It was started, and no engine has heard of it. */
    START,
    /** Its generation gets its plan. */
    PLAN,
    /** A task runs for so long that this is written down. */
    RUNNING,
    /** A task's end is written down. */
    RESULT,
    /** A result is kept because nothing that it was made from has changed. */
    CUT_OFF,
    /** A task has failed and waits for its next attempt. */
    RETRY_WAIT,
    /** It is laid aside until a time, or until something comes. */
    PARK,
    FINISH
}
