package dev.reflow.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Counts from the database whether the invariants hold. */
@ApplicationScoped
public class Invariants {
    private final Pool pool;

    Invariants(OwnerPool owner) {
        this.pool = owner.pool();
    }

    /** Checks all executions of an organization. */
    public void check(UUID organization) {
        for (Invariant invariant : Invariant.values()) {
            assertThat(violations(invariant, organization))
                    .as(invariant.toString())
                    .isEmpty();
        }
    }

    private List<String> violations(Invariant invariant, UUID organization) {
        List<String> found = new ArrayList<>();
        for (Row row : pool.preparedQuery(invariant.violations())
                .execute(Tuple.of(organization))
                .await()
                .indefinitely()) {
            found.add(row.getString(0));
        }
        return found;
    }
}
