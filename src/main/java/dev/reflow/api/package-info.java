/**
 * The HTTP API: resources, what they read and answer, and the bodies of failures.
 *
 * <p>A resource takes its parameters and its body as they came and reads them through one {@link dev.reflow.api.Form},
 * so that a client is told about every fault of a request at once. What is nullable in the API is {@code @Nullable}
 * here: the published document is derived from it.
 */
@NullMarked
package dev.reflow.api;

import org.jspecify.annotations.NullMarked;
