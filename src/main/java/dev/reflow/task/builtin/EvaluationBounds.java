package dev.reflow.task.builtin;

import com.dashjoin.jsonata.Jsonata;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one evaluation may use. The library's own bounds stop counting inside array constructors, and know nothing of
 * strings that double with every step; hence these. They are asked between the steps of an expression: one step that
 * never ends, such as a regular expression that backtracks for years, escapes them.
 */
final class EvaluationBounds {
    private static final int MAX_DEPTH = 2_000;
    private static final int MAX_SIZE = 10_000_000;

    private final Duration timeout;
    private long end;
    private int depth;
    private volatile boolean cancelled;
    private volatile @Nullable String exceeded;

    EvaluationBounds(Duration timeout) {
        this.timeout = timeout;
    }

    /** Begins to count; called by the thread that evaluates. */
    void watch(Jsonata.Frame frame) {
        end = System.nanoTime() + timeout.toNanos();
        frame.setEvaluateEntryCallback((expression, input, environment) -> {
            checkTime();
            if (++depth > MAX_DEPTH) {
                exceed("the expression nests more than " + MAX_DEPTH + " levels: a recursion without end?");
            }
        });
        frame.setEvaluateExitCallback((expression, input, environment, result) -> {
            depth--;
            checkSize(result);
        });
    }

    void checkTime() {
        if (cancelled) {
            exceed("cancelled");
        }
        if (System.nanoTime() - end > 0) {
            exceed(timeoutMessage());
        }
    }

    private void checkSize(@Nullable Object result) {
        int size = result instanceof String text ? text.length() : result instanceof List<?> list ? list.size() : 0;
        if (size > MAX_SIZE) {
            exceed("the expression makes a value of more than " + MAX_SIZE + " characters or elements");
        }
    }

    void cancel() {
        cancelled = true;
    }

    String timeoutMessage() {
        return "the expression took longer than " + Parameters.seconds(timeout);
    }

    /** Why the evaluation was stopped; null when it was not. The library may have hidden the exception in another. */
    @Nullable
    String exceeded() {
        return exceeded;
    }

    private void exceed(String message) {
        if (exceeded == null) {
            exceeded = message;
        }
        throw new ExceededException(message);
    }

    private static final class ExceededException extends RuntimeException {
        ExceededException(String message) {
            super(message);
        }
    }
}
