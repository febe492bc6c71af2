package dev.reflow.task.builtin;

/** A request that is not sent because of what it says; the message is for whoever wrote the task. */
final class RefusedRequestException extends RuntimeException {
    RefusedRequestException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
