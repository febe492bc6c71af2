package dev.reflow.smoke;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the first start prints.
 *
 * @param commands the lines to be pasted into a shell: execute, look, execute again
 */
record FirstStartText(String url, String apiDocs, String organization, String key, List<String> commands) {
    private static final Pattern TEXT = Pattern.compile("""
            \\R\\h*URL +(\\S+)\\R\\h*API docs +(\\S+)\\R\\h*organization +(\\S+)\\R\\h*API key +(\\S+)\\R\
            .*?\\R(id=.+?)\\R(curl .+?)\\R(curl .+?)\\R""", Pattern.DOTALL);

    static Optional<FirstStartText> find(String output) {
        Matcher text = TEXT.matcher(output);
        return text.find()
                ? Optional.of(new FirstStartText(
                        text.group(1),
                        text.group(2),
                        text.group(3),
                        text.group(4),
                        List.of(text.group(5), text.group(6), text.group(7))))
                : Optional.empty();
    }
}
