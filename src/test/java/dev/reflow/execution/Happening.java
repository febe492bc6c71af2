package dev.reflow.execution;

import java.util.List;

/** Something that happens to an execution. */
sealed interface Happening {
    /** The flow gets a new version, which no generation runs yet. */
    record Publish(List<Change> changes) implements Happening {}

    /** The execution is executed anew, whatever it is doing. */
    record Execute(Mode mode, Course course) implements Happening {}

    /** Somebody takes up the generation that was left alone. */
    record GoOn(Course course) implements Happening {}

    record Cancel() implements Happening {}

    /** A person replaces the output of a task's newest attempt. */
    record Edit(String task, int value) implements Happening {}

    /** A person asks for a task's result to be made again. */
    record Mark(String task) implements Happening {}

    /** A person takes back a mark. */
    record Unmark(String task) implements Happening {}

    /** A person replaces an output and has what hangs on it executed anew at once. */
    record EditAndExecute(String task, int value, Course course) implements Happening {}

    /** A change from one version to the next. */
    sealed interface Change {
        record Put(TaskSpec task) implements Change {}

        record Remove(String task) implements Change {}

        /** As it was before it was removed. */
        record Return(String task) implements Change {}

        /** Changes nothing that counts. */
        record Retitle(String task) implements Change {}

        record Reverse() implements Change {}
    }
}
