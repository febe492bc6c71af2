package dev.reflow.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import dev.reflow.flow.JsonLimits;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request's body: JSON that can be kept, nothing, or something else. Numbers keep every digit they came with; an object
 * that has a name twice cannot be kept as it came.
 *
 * @param tree null when there was no body or there is a fault
 * @param fault why it is no JSON, or none that can be kept
 */
public record JsonBody(@Nullable JsonNode tree, @Nullable Fault fault) {
    static final String MEDIA_TYPE = "application/json";

    static JsonBody parse(byte[] bytes) {
        if (bytes.length == 0) {
            return new JsonBody(null, null);
        }
        try {
            JsonNode tree = RequestJson.READER.readTree(bytes);
            return tree.isMissingNode() ? noJson(bytes.length) : checked(tree);
        } catch (JsonProcessingException e) {
            return noJson(
                    e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset()));
        } catch (NumberFormatException e) { // an exponent that no number of Java's has
            return noJson(0);
        } catch (IOException e) { // bytes that are no text
            return noJson(0);
        }
    }

    private static JsonBody checked(JsonNode tree) {
        return JsonLimits.check(tree)
                .map(fault -> new JsonBody(null, fault.within("body")))
                .orElseGet(() -> new JsonBody(tree, null));
    }

    private static JsonBody noJson(long offset) {
        return new JsonBody(null, new Fault(List.of("body", offset), "json_invalid", "JSON decode error"));
    }
}
