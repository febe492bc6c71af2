package dev.reflow.organization;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** Reads the records of changes. They are written with the changes themselves, and never altered. */
public interface AuditEventStore {
    /** Newest first. */
    Uni<List<AuditEvent>> list(OrganizationId organization, AuditEvent.Query query);

    /**
     * Removes older records.
     *
     * @param limit how many to remove at most
     * @return how many were removed
     */
    Uni<Integer> purge(Duration olderThan, int limit);
}
