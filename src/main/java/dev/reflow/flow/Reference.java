package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands between the double braces of {@code {{task.path.to[0].field}}}: another task's name and a path into its
 * output. The path {@code output} is the whole output; what follows it continues inside.
 */
public record Reference(TaskName task, String path) {
    private static final String WHOLE_OUTPUT = "output";
    private static final String STEP = "[^.\\[\\]{}]+(?:\\[\\d{1,9}])*";
    private static final Pattern PATH = Pattern.compile(STEP + "(?:\\." + STEP + ")*");
    private static final Pattern STEP_PARTS = Pattern.compile("[^.\\[\\]]+");
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_-]+");

    /**
     * Reads the text between double braces. A task's name may itself contain dots, so the longest known one wins; a
     * text that has the form of a reference but begins with no known name is a reference to an unknown task.
     */
    static Optional<Reference> parse(String text, Predicate<TaskName> known) {
        for (int dot = text.lastIndexOf('.'); dot > 0; dot = text.lastIndexOf('.', dot - 1)) {
            TaskName name = new TaskName(text.substring(0, dot));
            if (known.test(name) && PATH.matcher(text.substring(dot + 1)).matches()) {
                return Optional.of(new Reference(name, text.substring(dot + 1)));
            }
        }
        int dot = text.indexOf('.');
        boolean unknown = dot > 0
                && PLAIN_NAME.matcher(text.substring(0, dot)).matches()
                && PATH.matcher(text.substring(dot + 1)).matches();
        return unknown
                ? Optional.of(new Reference(new TaskName(text.substring(0, dot)), text.substring(dot + 1)))
                : Optional.empty();
    }

    /**
     * The value that the path leads to.
     *
     * @throws UnresolvedReferenceException when the output has nothing there
     */
    JsonNode resolve(JsonNode output) {
        JsonNode value = output;
        for (String step : steps()) {
            JsonNode next = value.isArray() ? value.get(index(step)) : value.get(step);
            if (next == null) {
                throw new UnresolvedReferenceException(this, step);
            }
            value = next;
        }
        return value;
    }

    private List<String> steps() {
        List<String> steps = new ArrayList<>();
        Matcher parts = STEP_PARTS.matcher(path);
        while (parts.find()) {
            steps.add(parts.group());
        }
        return steps.get(0).equals(WHOLE_OUTPUT) ? steps.subList(1, steps.size()) : steps;
    }

    private static int index(String step) {
        try {
            return Integer.parseInt(step);
        } catch (NumberFormatException e) {
            return -1; // a field's name where an array stands: nothing is there
        }
    }

    @Override
    public String toString() {
        return "{{" + task + "." + path + "}}";
    }
}
