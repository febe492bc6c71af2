package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** Parameters with references in their strings. Braces that hold no reference are text. */
public final class Template {
    private static final String OPEN = "{{";
    private static final String CLOSE = "}}";

    private final Predicate<TaskName> known;

    /** @param known the names of the definition's tasks */
    Template(Predicate<TaskName> known) {
        this.known = known;
    }

    /** Shows every reference in a string to {@code found}. */
    void references(String text, Consumer<Reference> found) {
        walk(text, literal -> {}, found);
    }

    /**
     * The parameters with each reference replaced by what it refers to: a string that is one reference keeps the JSON
     * type of its value, inside a longer string the value is text.
     *
     * @param outputs the output of a task that has one
     * @throws UnresolvedReferenceException for the first path that is absent, or when the result is too long
     */
    JsonNode resolve(JsonNode parameters, Function<TaskName, JsonNode> outputs) {
        ResolvedLength length = new ResolvedLength();
        return replace(parameters, reference -> {
            JsonNode value = reference.resolve(outputs.apply(reference.task()));
            length.add(value);
            return value;
        });
    }

    private JsonNode replace(JsonNode parameters, Function<Reference, JsonNode> values) {
        if (parameters.isTextual()) {
            return replaceInText(parameters, values);
        }
        if (parameters.isArray()) {
            ArrayNode resolved = JsonNodeFactory.instance.arrayNode(parameters.size());
            parameters.forEach(element -> resolved.add(replace(element, values)));
            return resolved;
        }
        if (parameters.isObject()) {
            ObjectNode resolved = JsonNodeFactory.instance.objectNode();
            parameters.properties().forEach(field -> resolved.set(field.getKey(), replace(field.getValue(), values)));
            return resolved;
        }
        return parameters;
    }

    /** Whether a value depends on another task's output. */
    public boolean hasReference(JsonNode value) {
        if (value.isTextual()) {
            boolean[] found = {false};
            references(value.textValue(), reference -> found[0] = true);
            return found[0];
        }
        for (JsonNode child : value) {
            if (hasReference(child)) {
                return true;
            }
        }
        return false;
    }

    private JsonNode replaceInText(JsonNode node, Function<Reference, JsonNode> values) {
        String text = node.textValue();
        if (!text.contains(OPEN)) {
            return node;
        }
        Optional<Reference> whole = wholeReference(text);
        if (whole.isPresent()) {
            return values.apply(whole.get());
        }
        StringBuilder resolved = new StringBuilder();
        walk(text, resolved::append, reference -> {
            JsonNode value = values.apply(reference);
            resolved.append(value.isTextual() ? value.textValue() : value.toString());
        });
        return TextNode.valueOf(resolved.toString());
    }

    private Optional<Reference> wholeReference(String text) {
        int close = text.length() - CLOSE.length();
        boolean enclosed = text.startsWith(OPEN) && text.indexOf(CLOSE) == close;
        return enclosed ? Reference.parse(text, OPEN.length(), close, lastBrace(text, close), known) : Optional.empty();
    }

    private void walk(String text, Consumer<String> literal, Consumer<Reference> found) {
        int from = 0;
        int open = text.indexOf(OPEN);
        int close = -1;
        int brace = -1;
        while (open >= 0) {
            if (close < open) {
                close = text.indexOf(CLOSE, open);
                if (close < 0) {
                    break;
                }
                brace = lastBrace(text, close);
            }
            Optional<Reference> reference = Reference.parse(text, open + OPEN.length(), close, brace, known);
            if (reference.isPresent()) {
                literal.accept(text.substring(from, open));
                found.accept(reference.get());
                from = close + CLOSE.length();
                open = text.indexOf(OPEN, from);
            } else {
                open = text.indexOf(OPEN, open + 1); // "{{{a.b}}" opens one brace later
            }
        }
        literal.accept(text.substring(from));
    }

    private static int lastBrace(String text, int end) {
        int brace = end - 1;
        while (brace >= 0 && text.charAt(brace) != '{' && text.charAt(brace) != '}') {
            brace--;
        }
        return brace;
    }
}
