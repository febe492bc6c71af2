package dev.reflow.task.builtin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;

/**
 * JSON from elsewhere whose numbers keep every digit they came with. Readers hash names with a seed, so each process
 * makes its own: a native executable initializes this class at run time.
 */
final class ExactJson {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    /** For a text that has to be JSON as a whole. */
    static final ObjectReader READER = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private ExactJson() {}

    static byte[] bytes(JsonNode value) throws JsonProcessingException {
        return MAPPER.writeValueAsBytes(value);
    }
}
