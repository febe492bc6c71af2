package dev.reflow.ops;

import dev.reflow.usecase.FollowNewVersions;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Lets executions follow their flows to new versions, at a bounded rate. */
@ApplicationScoped
class VersionFollower {
    private final Rounds rounds;
    private final FollowNewVersions followNewVersions;
    private final int perSecond;

    /** @param perSecond how many executions this process re-executes in a second because of new versions */
    VersionFollower(
            Rounds rounds,
            FollowNewVersions followNewVersions,
            @ConfigProperty(name = "reflow.reexecute-on-update.per-second", defaultValue = "10") int perSecond) {
        this.rounds = rounds;
        this.followNewVersions = followNewVersions;
        this.perSecond = perSecond;
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> follow() {
        return rounds.attempt("following new versions", followNewVersions.follow(perSecond));
    }
}
