package dev.reflow.organization;

import org.jspecify.annotations.Nullable;

/**
 * In the course of what a caller asks, for the records of changes.
 *
 * @param operation method and path of the API, with the names of its parameters; a word for what the service does itself
 * @param requestId null where there is no request
 * @param traceParent the request's span, as the header {@code traceparent} of W3C's Trace Context says it; null where
 *     nothing is traced
 */
public record Origin(
        Credential credential,
        String operation,
        @Nullable String requestId,
        @Nullable String traceParent) {}
