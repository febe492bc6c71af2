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
    private static final String STEP = "[^.\\[\\]{}]++(?:\\[\\d{1,9}])*+";
    private static final Pattern PATH = Pattern.compile(STEP + "(?:\\." + STEP + ")*+"); // greedy, it would recurse
    private static final Pattern STEP_PARTS = Pattern.compile("[^.\\[\\]]+");
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_-]+");

    /**
     * Reads the text between double braces. A task's name may itself contain dots, so the longest known one wins; a
     * text that has the form of a reference but begins with no known name is a reference to an unknown task. Looks no
     * further for a name than a name can reach, so that a text full of braces is read in linear time.
     *
     * @param from where the text begins
     * @param to where it ends
     * @param brace the last brace before {@code to}: a path begins behind it
     */
    static Optional<Reference> parse(String text, int from, int to, int brace, Predicate<TaskName> known) {
        int first = Math.max(from, brace) + 1;
        int last = Math.min(to - 1, from + TaskName.MAX_LENGTH);
        int unknownDot = -1;
        for (int dot = last; dot >= first; dot--) {
            if (text.charAt(dot) == '.') {
                TaskName name = new TaskName(text.substring(from, dot));
                if (known.test(name) && isPath(text, dot + 1, to)) {
                    return Optional.of(new Reference(name, text.substring(dot + 1, to)));
                }
                unknownDot = dot;
            }
        }
        boolean unknown = unknownDot > from
                && PLAIN_NAME.matcher(text).region(from, unknownDot).matches()
                && isPath(text, unknownDot + 1, to);
        return unknown
                ? Optional.of(new Reference(
                        new TaskName(text.substring(from, unknownDot)), text.substring(unknownDot + 1, to)))
                : Optional.empty();
    }

    private static boolean isPath(String text, int from, int to) {
        return PATH.matcher(text).region(from, to).matches();
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
