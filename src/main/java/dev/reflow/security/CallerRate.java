package dev.reflow.security;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.organization.Caller;
import dev.reflow.organization.OrganizationId;
import io.github.bucket4j.Bucket;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How many requests a caller may send: a bucket of tokens for each, in this process. */
@ApplicationScoped
class CallerRate {
    /** Whoever is forgotten for lack of room begins with a full bucket again. */
    private static final int MOST_CALLERS = 100_000;

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final @Nullable LoadingCache<Who, Bucket> buckets;

    private record Who(OrganizationId organization, String subject) {}

    /** Each process counts for itself. */
    @ConfigMapping(prefix = "reflow.limits.rate")
    public interface Config {
        /** Requests of one caller in a second, in the long run; absent: any number. */
        OptionalInt perSecond();

        /** How many seconds' worth of requests may come at once. */
        @WithDefault("2")
        int burst();
    }

    CallerRate(Config config) {
        this.buckets =
                config.perSecond().isPresent() ? buckets(config.perSecond().getAsInt(), config.burst()) : null;
    }

    private static LoadingCache<Who, Bucket> buckets(int perSecond, int burst) {
        return Caffeine.newBuilder()
                .maximumSize(MOST_CALLERS)
                .expireAfterAccess(SECOND.multipliedBy(burst)) // by then it would be full again
                .build(who -> Bucket.builder()
                        .addLimit(limit ->
                                limit.capacity((long) perSecond * burst).refillGreedy(perSecond, SECOND))
                        .build());
    }

    /** Fails with {@link ErrorCode#RATE_LIMITED}; there is room again within a second. */
    Caller admit(Caller caller) {
        if (buckets != null
                && !buckets.get(new Who(caller.organization(), caller.subject()))
                        .tryConsume(1)) {
            throw new ReflowException(ErrorCode.RATE_LIMITED, "Too many requests");
        }
        return caller;
    }
}
