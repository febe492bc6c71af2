package dev.reflow.flow;

import java.nio.charset.StandardCharsets;

/** A task's name, unique in its definition and the same in every version that has the task. */
public record TaskName(String value) implements Comparable<TaskName> {
    public static final int MAX_LENGTH = 200;

    /** Whether a database can hold the name as it is. */
    static boolean isStorable(String name) {
        return name.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(name);
    }

    @Override
    public int compareTo(TaskName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
