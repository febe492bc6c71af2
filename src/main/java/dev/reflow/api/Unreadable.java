package dev.reflow.api;

import java.io.Serial;

/** Ends the reading of one value with what is wrong with it. */
final class Unreadable extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Complaint complaint;

    Unreadable(Complaint complaint) {
        super(complaint.msg(), null, false, false);
        this.complaint = complaint;
    }

    Complaint complaint() {
        return complaint;
    }
}
