package dev.reflow.flow;

/** A reference whose path is absent from the output that the task really had. */
public final class UnresolvedReferenceException extends RuntimeException {
    UnresolvedReferenceException(Reference reference, String step) {
        super("reference " + reference + " cannot be resolved: the output of task '" + reference.task() + "' has no '"
                + step + "' there");
    }
}
