package dev.reflow.task.builtin;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Content-Type header says of a body, as far as it matters here. */
record MediaType(String type, Charset charset, boolean hasCharset) {
    static final MediaType JSON = new MediaType("application/json", StandardCharsets.UTF_8, false);
    private static final Pattern CHARSET =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s;\"]+)", Pattern.CASE_INSENSITIVE);
    private static final Set<String> TEXT = Set.of(
            "application/xml",
            "application/javascript",
            "application/x-javascript",
            "application/ecmascript",
            "application/x-www-form-urlencoded",
            "application/x-ndjson",
            "application/graphql",
            "application/yaml",
            "application/x-yaml",
            "application/toml",
            "application/sql");

    static MediaType parse(String header) {
        String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        Matcher charset = CHARSET.matcher(header);
        return charset.find() && isKnown(charset.group(1))
                ? new MediaType(type, Charset.forName(charset.group(1)), true)
                : new MediaType(type, StandardCharsets.UTF_8, false);
    }

    boolean isJson() {
        return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
    }

    boolean isText() {
        return hasCharset || type.startsWith("text/") || type.endsWith("+xml") || TEXT.contains(type);
    }

    private static boolean isKnown(String charset) {
        try {
            return Charset.isSupported(charset);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
