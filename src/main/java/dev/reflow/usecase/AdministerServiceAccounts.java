package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.organization.Caller;
import dev.reflow.organization.ServiceAccount;
import dev.reflow.organization.ServiceAccountStore;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates, changes and removes service accounts of the caller's organization. */
@ApplicationScoped
public class AdministerServiceAccounts {
    private final ServiceAccountStore accounts;

    AdministerServiceAccounts(ServiceAccountStore accounts) {
        this.accounts = accounts;
    }

    public Uni<ServiceAccount> create(Caller caller, String name, @Nullable String description) {
        return accounts.create(caller, name, description);
    }

    public Uni<ServiceAccount> update(Caller caller, UUID account, ServiceAccountStore.Change change) {
        return accounts.update(caller, account, change)
                .map(updated -> updated.orElseThrow(() -> ReflowException.notFound("Service account")));
    }

    /** Its keys go with it. */
    public Uni<Void> delete(Caller caller, UUID account) {
        return accounts.delete(caller, account)
                .invoke(deleted -> {
                    if (!deleted) {
                        throw ReflowException.notFound("Service account");
                    }
                })
                .replaceWithVoid();
    }
}
