package dev.reflow.api;

import io.quarkus.runtime.configuration.MemorySize;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads a body without judging it: that is the form's business. */
@Provider
@Consumes(MediaType.WILDCARD)
public final class JsonBodyReader implements MessageBodyReader<JsonBody> {
    private final int limit;

    JsonBodyReader(@ConfigProperty(name = BodyLimit.SETTING) MemorySize limit) {
        this.limit = Math.toIntExact(limit.asLongValue());
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == JsonBody.class;
    }

    @Override
    public JsonBody readFrom(
            Class<JsonBody> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream stream)
            throws IOException {
        if (!isJson(mediaType)) {
            throw new NotSupportedException();
        }
        byte[] bytes = stream.readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw BodyLimit.exceeded();
        }
        return JsonBody.parse(bytes);
    }

    /** No type at all is taken for JSON. */
    private static boolean isJson(MediaType type) {
        String subtype = type.getSubtype().toLowerCase(Locale.ROOT);
        return type.isWildcardType()
                || (type.getType().equalsIgnoreCase("application")
                        && (subtype.equals("json") || subtype.endsWith("+json")));
    }
}
