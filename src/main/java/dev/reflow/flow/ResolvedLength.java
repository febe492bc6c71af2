package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * How long parameters have become, about, while their references are replaced. Values share parts in memory: what a few
 * references make may be too long to be written down by far, so it is counted before anything of it is copied.
 */
final class ResolvedLength {
    /** In characters of JSON. */
    static final int MOST = 16 << 20;

    private static final int PUNCTUATION = 3;

    private long left = MOST;

    /** @throws UnresolvedReferenceException when it is too much together with what was added before */
    void add(JsonNode value) {
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                add(field.getKey().length());
                add(field.getValue());
            }
        } else {
            value.forEach(this::add);
        }
        add(value.isTextual() ? value.textValue().length() : value.asText().length());
    }

    private void add(int characters) {
        left -= characters + PUNCTUATION;
        if (left < 0) {
            throw new UnresolvedReferenceException(
                    "the parameters are longer than " + MOST + " characters once references are replaced");
        }
    }
}
