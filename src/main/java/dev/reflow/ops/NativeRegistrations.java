package dev.reflow.ops;

import com.dashjoin.jsonata.Functions;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.annotations.RegisterResourceBundle;
import io.quarkus.runtime.annotations.RegisterResources;
import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;

/**
 * What a native executable has to keep although nothing that its builder sees needs it, each with its reason. What a
 * resource takes and answers, entities, settings and migrations are not here: Quarkus finds them itself. There are no
 * dynamic proxies, and nothing is serialized but as JSON.
 */
final class NativeRegistrations {
    private NativeRegistrations() {}

    /** Written as JSON where Quarkus does not see that it is an answer: server-sent events, messages of WebSockets. */
    @RegisterForReflection(classNames = "dev.reflow.api.ExecutionEventResponse")
    private static final class Events {}

    /** Its method that ends a request is called although it is not public, see {@code UpgradedRequests}. */
    @RegisterForReflection(targets = QuarkusRequestWrapper.class, fields = false)
    private static final class Requests {}

    /** JSONata finds its functions by their names. */
    @RegisterForReflection(targets = Functions.class)
    private static final class Expressions {}

    /**
     * Caffeine has a class for each combination of features and finds it by its name. Quarkus registers many of them;
     * these are what it lacks of ours: a cache of limited weight, an entry of limited number that expires after access,
     * a cache with weak keys and its entries.
     */
    @RegisterForReflection(
            classNames = {
                "com.github.benmanes.caffeine.cache.SSMW",
                "com.github.benmanes.caffeine.cache.PSAMS",
                "com.github.benmanes.caffeine.cache.WS",
                "com.github.benmanes.caffeine.cache.FS"
            })
    private static final class Caches {}

    /** The texts of faults that a JSON Schema finds. */
    @RegisterResourceBundle(bundleName = "jsv-messages")
    private static final class Faults {}

    /** Read by the first start. */
    @RegisterResources(globs = "sample-flow.json")
    private static final class SampleFlow {}
}
