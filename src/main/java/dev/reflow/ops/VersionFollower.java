package dev.reflow.ops;

import dev.reflow.usecase.FollowNewVersions;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Lets executions follow their flows to new versions, at a bounded rate. */
@ApplicationScoped
class VersionFollower {
    private static final Logger LOG = Logger.getLogger(VersionFollower.class);

    private final FollowNewVersions followNewVersions;
    private final int perSecond;

    /** @param perSecond how many executions this process re-executes in a second because of new versions */
    VersionFollower(
            FollowNewVersions followNewVersions,
            @ConfigProperty(name = "reflow.reexecute-on-update.per-second", defaultValue = "10") int perSecond) {
        this.followNewVersions = followNewVersions;
        this.perSecond = perSecond;
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> follow() {
        return followNewVersions
                .follow(perSecond)
                .onFailure()
                .invoke(failure -> LOG.warnf("following new versions failed, the next round tries again: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
