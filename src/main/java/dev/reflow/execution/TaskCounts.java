package dev.reflow.execution;

/** How many tasks a generation ran, reused as planned, kept because nothing they consume changed, and saw fail. */
public record TaskCounts(int run, int reused, int cutOff, int failed) {
    public static final TaskCounts NONE = new TaskCounts(0, 0, 0, 0);
}
