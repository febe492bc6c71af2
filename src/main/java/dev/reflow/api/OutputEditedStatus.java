package dev.reflow.api;

/** Whether a person wrote any of what a task's output is made from. */
public enum OutputEditedStatus {
    NOT_EDITED,
    EDITED;

    static OutputEditedStatus of(boolean edited) {
        return edited ? EDITED : NOT_EDITED;
    }
}
