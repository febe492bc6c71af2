package dev.reflow.task.builtin;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.task.TaskOutcome;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One JSONata expression, parsed for one evaluation: the library ties what it parses to the thread and keeps variables
 * in it, so nothing is kept or shared.
 */
final class JsonataExpression {
    /** Where the library keeps the callbacks of {@link EvaluationBounds}: as variables that an expression could set. */
    private static final String RESERVED = "__evaluate_";

    private static final String RESERVED_NAME = "names with " + RESERVED + " are reserved";
    private static final String TOO_DEEP = "it nests too deeply: a recursion without end?";
    private static final int MAX_MESSAGE = 1_000;

    private final String text;

    JsonataExpression(String text) {
        this.text = text;
    }

    /** What is wrong with its syntax, if anything is. */
    Optional<String> syntaxError() {
        if (text.contains(RESERVED)) {
            return Optional.of(RESERVED_NAME);
        }
        try {
            Jsonata.jsonata(text);
            return Optional.empty();
        } catch (StringIndexOutOfBoundsException | NullPointerException e) { // how the parser takes some broken texts
            return Optional.of("Unexpected end of expression, or a symbol out of place");
        } catch (RuntimeException e) {
            return Optional.of(message(e));
        } catch (StackOverflowError e) {
            return Optional.of(TOO_DEEP);
        }
    }

    /** Evaluates on the calling thread, for as long as the bounds allow. */
    TaskOutcome evaluate(JsonNode data, EvaluationBounds bounds) {
        Optional<String> syntaxError = syntaxError();
        if (syntaxError.isPresent()) {
            return failed("invalid expression: " + syntaxError.get());
        }
        try {
            return new TaskOutcome.Completed(value(data, bounds));
        } catch (RuntimeException e) {
            String exceeded = bounds.exceeded();
            return failed(exceeded == null ? "the expression failed: " + message(e) : exceeded);
        } catch (StackOverflowError e) {
            return failed("the expression failed: " + TOO_DEEP);
        } catch (OutOfMemoryError e) {
            return failed("the expression needs too much memory");
        }
    }

    private JsonNode value(JsonNode data, EvaluationBounds bounds) {
        Jsonata parsed = Jsonata.jsonata(text);
        parsed.setOutputConvertNulls(false); // it would write into lists that cannot be written to
        Jsonata.Frame frame = parsed.createFrame();
        frame.bind("eval", new Jsonata.JFunction(JsonataExpression::eval, "<sx?:x>"));
        bounds.watch(frame);
        JsonataValues values = new JsonataValues(bounds);
        return values.toJson(parsed.evaluate(values.toJava(data), frame));
    }

    /** {@code $eval}, for texts that could be the expression themselves. */
    private static @Nullable Object eval(@Nullable Object input, List<?> arguments) {
        Object text = arguments.get(0);
        if (text instanceof String nested && nested.contains(RESERVED)) {
            throw new IllegalArgumentException(RESERVED_NAME);
        }
        return Functions.functionEval((String) text, arguments.size() > 1 ? arguments.get(1) : null);
    }

    private static TaskOutcome failed(String message) {
        return new TaskOutcome.Failed(message);
    }

    private static String message(RuntimeException e) {
        Throwable cause = rootCause(e);
        String message = cause instanceof JException known ? known(known) : unknown(cause);
        return message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
    }

    private static String known(JException e) {
        return e.getMessage() + (e.getLocation() < 0 ? "" : " (at position " + e.getLocation() + ")");
    }

    private static String unknown(Throwable cause) {
        if (cause instanceof StackOverflowError) {
            return TOO_DEEP;
        }
        if (cause instanceof JsonataValues.NoJsonException) {
            return String.valueOf(cause.getMessage());
        }
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }

    private static Throwable rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
