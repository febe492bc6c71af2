package dev.reflow.security;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Where in a token something is: the name of a claim, such as {@code https://example.com/roles}, or else names from the
 * outside to the inside, separated by dots or slashes, such as {@code realm_access.roles}. A {@code *} stands for each
 * member, whatever its name.
 */
public record ClaimPath(String path) {
    private static final String EACH = "*";

    /** Called by the configuration. */
    public static ClaimPath of(String path) {
        return new ClaimPath(path);
    }

    /** The texts there, those of a list one by one; whatever is no text is left out. */
    List<String> texts(JsonNode claims) {
        Stream<JsonNode> found = claims.has(path) ? Stream.of(claims.get(path)) : inside(claims);
        return found.flatMap(each -> each.isArray() ? members(each) : Stream.of(each))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .toList();
    }

    private Stream<JsonNode> inside(JsonNode claims) {
        Stream<JsonNode> found = Stream.of(claims);
        for (String name : path.split("[./]", -1)) {
            found = found.flatMap(each -> name.equals(EACH) ? members(each) : Stream.of(each.path(name)));
        }
        return found;
    }

    private static Stream<JsonNode> members(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false);
    }

    @Override
    public String toString() {
        return path;
    }
}
