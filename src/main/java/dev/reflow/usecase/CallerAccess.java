package dev.reflow.usecase;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.organization.Caller;
import dev.reflow.organization.Proof;
import dev.reflow.organization.ServiceAccountStore;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** Looks again at what a caller came with, for what lasts longer than a request. */
@ApplicationScoped
public class CallerAccess {
    private final ServiceAccountStore accounts;

    CallerAccess(ServiceAccountStore accounts) {
        this.accounts = accounts;
    }

    /** Fails with {@code unauthorized} if it opens nothing any more. */
    public Uni<Void> requireInForce(Caller caller) {
        return isInForce(caller)
                .invoke(inForce -> {
                    if (!inForce) {
                        throw new ReflowException(ErrorCode.UNAUTHORIZED, "The credentials are not valid any more");
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Boolean> isInForce(Caller caller) {
        Proof proof = caller.proof();
        return proof.apiKey() != null
                ? accounts.isInForce(caller.organization(), proof.apiKey())
                : Uni.createFrom().item(proof.expires() == null || Instant.now().isBefore(proof.expires()));
    }
}
