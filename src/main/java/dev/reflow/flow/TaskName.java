package dev.reflow.flow;

/** A task's name, unique in its definition and the same in every version that has the task. */
public record TaskName(String value) implements Comparable<TaskName> {
    public static final int MAX_LENGTH = 200;

    @Override
    public int compareTo(TaskName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
