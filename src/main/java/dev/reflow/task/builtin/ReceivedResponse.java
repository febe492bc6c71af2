package dev.reflow.task.builtin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.reflow.flow.JsonLimits;
import dev.reflow.task.TaskOutcome;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A response as the output of a task. */
record ReceivedResponse(int status, MultiMap headers, Buffer body) {
    private static final int SHOWN_IN_MESSAGES = 1_000;

    /** Completed, unless the response is JSON that cannot be kept. */
    TaskOutcome toOutcome(String request) {
        try {
            ObjectNode output = toOutput();
            return JsonLimits.check(output)
                    .<TaskOutcome>map(fault -> refused(request, fault.text("response")))
                    .orElseGet(() -> new TaskOutcome.Completed(output));
        } catch (StreamConstraintsException e) {
            return refused(request, e.getOriginalMessage());
        }
    }

    private static TaskOutcome refused(String request, String reason) {
        return new TaskOutcome.Failed(request + " answered with what cannot be kept: " + reason);
    }

    private ObjectNode toOutput() throws StreamConstraintsException {
        ObjectNode output = JsonNodeFactory.instance.objectNode();
        output.put("status", status);
        ObjectNode shown = output.putObject("headers");
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            String earlier = shown.path(name).asText();
            shown.put(name, shown.has(name) ? earlier + ", " + header.getValue() : header.getValue());
        }
        output.set("body", bodyAsJson());
        return output;
    }

    /** The beginning of the body, for a message; empty when it is none to be read. */
    String excerpt() {
        Optional<String> text = mediaType()
                .filter(type -> type.isJson() || type.isText())
                .map(type -> body.toString(type.charset()))
                .or(() -> mediaType().isPresent() ? Optional.empty() : utf8());
        String readable =
                text.orElse("").replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "").strip();
        if (readable.codePointCount(0, readable.length()) <= SHOWN_IN_MESSAGES) {
            return readable;
        }
        return readable.substring(0, readable.offsetByCodePoints(0, SHOWN_IN_MESSAGES)) + "…";
    }

    private JsonNode bodyAsJson() throws StreamConstraintsException {
        if (body.length() == 0) {
            return NullNode.getInstance();
        }
        Optional<MediaType> type = mediaType();
        if (type.isEmpty()) {
            return utf8().<JsonNode>map(TextNode::valueOf).orElseGet(this::base64);
        }
        if (type.get().isJson()) {
            return json(withoutByteOrderMark(body.toString(type.get().charset())));
        }
        return type.get().isText()
                ? TextNode.valueOf(withoutByteOrderMark(body.toString(type.get().charset())))
                : base64();
    }

    /** What calls itself JSON and is not stays text: the task that refers to a field of it will say so. */
    private static JsonNode json(String text) throws StreamConstraintsException {
        try {
            JsonNode read = ExactJson.READER.readTree(text);
            return read.isMissingNode() ? TextNode.valueOf(text) : read;
        } catch (StreamConstraintsException e) {
            throw e;
        } catch (NumberFormatException e) { // an exponent that no number of Java's has
            throw new StreamConstraintsException(e.getMessage());
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(text);
        }
    }

    private JsonNode base64() {
        return TextNode.valueOf(BinaryNode.valueOf(body.getBytes()).asText());
    }

    private Optional<String> utf8() {
        try {
            return Optional.of(StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(body.getBytes()))
                            .toString())
                    .filter(JsonLimits::isStorable);
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private Optional<MediaType> mediaType() {
        return Optional.ofNullable(headers.get(HttpHeaders.CONTENT_TYPE)).map(MediaType::parse);
    }

    private static String withoutByteOrderMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
