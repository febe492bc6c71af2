package dev.reflow.flow;

/** A reference that cannot be replaced by what the task's output really is. */
public final class UnresolvedReferenceException extends RuntimeException {
    /** A step of the path is absent. */
    UnresolvedReferenceException(Reference reference, String step) {
        this("reference " + reference + " cannot be resolved: the output of task '" + reference.task() + "' has no '"
                + step + "' there");
    }

    UnresolvedReferenceException(String message) {
        super(message);
    }
}
