package dev.reflow.api;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A text, whose length is counted in characters as a person sees them, not in Java's. */
public final class TextRead extends Read<String> {
    TextRead(Field field, Complaint wrongType, Reader<String> reader) {
        super(field, wrongType, "", reader);
    }

    public TextRead atLeast(int length) {
        require(
                text -> length(text) >= length,
                new Complaint("string_too_short", "String should have at least " + count(length)));
        return this;
    }

    public TextRead atMost(int length) {
        require(
                text -> length(text) <= length,
                new Complaint("string_too_long", "String should have at most " + count(length)));
        return this;
    }

    public TextRead matching(Pattern pattern) {
        require(
                text -> pattern.matcher(text).matches(),
                new Complaint("string_pattern_mismatch", "String should match pattern '" + pattern + "'"));
        return this;
    }

    public TextRead oneOf(String... values) {
        List<String> allowed = Arrays.asList(values);
        require(allowed::contains, Complaint.noneOf(allowed));
        return this;
    }

    /** Null for an empty text as for none. */
    public @Nullable String unlessEmpty() {
        String text = orNull();
        return text == null || text.isEmpty() ? null : text;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String count(int length) {
        return length + (length == 1 ? " character" : " characters");
    }
}
