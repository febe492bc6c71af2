package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Re-executes, for what is stale, finished executions of flows whose settings ask for it with each new version. What is
 * to be done stands in the tables, so it goes on after a restart, and on several processes none is done twice.
 */
@ApplicationScoped
public class FollowNewVersions {
    private final ExecutionStore executions;
    private final ReExecuteFlow reExecuteFlow;

    FollowNewVersions(ExecutionStore executions, ReExecuteFlow reExecuteFlow) {
        this.executions = executions;
        this.reExecuteFlow = reExecuteFlow;
    }

    /** @param limit how many executions to re-execute at most */
    public Uni<Void> follow(int limit) {
        return executions
                .findOutdated(limit)
                .flatMap(found -> Multi.createFrom()
                        .iterable(found)
                        .onItem()
                        .transformToUniAndConcatenate(this::reExecute)
                        .collect()
                        .last()
                        .replaceWithVoid());
    }

    /** One that cannot be re-executed now, because somebody else does it or it is gone, is left as it is. */
    private Uni<Void> reExecute(ExecutionStore.Outdated outdated) {
        Caller author = Caller.system(outdated.organization(), outdated.publishedBy(), "reexecute_on_update");
        return reExecuteFlow
                .reExecute(author, outdated.execution(), true, "update:" + outdated.version(), null)
                .onFailure(ReflowException.class)
                .recoverWithNull()
                .replaceWithVoid();
    }
}
