package dev.reflow.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What a service has said that it did: each has to be found in the database, whatever happened since. */
final class Promises {
    /** So many of each kind there have to be. */
    static final int LEAST = 5;

    private final Queue<String> starts = new ConcurrentLinkedQueue<>();
    private final Queue<String> generations = new ConcurrentLinkedQueue<>();
    private final Queue<String> cancellations = new ConcurrentLinkedQueue<>();
    private final Queue<String> deliveries = new ConcurrentLinkedQueue<>();
    private final Queue<String> edits = new ConcurrentLinkedQueue<>();
    private final Queue<String> versions = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();

    void started(String execution) {
        starts.add(execution);
    }

    void reExecuted(String execution, int generation) {
        generations.add(execution + " " + generation);
    }

    /** An execution that nothing else ends. */
    void cancelled(String execution) {
        cancellations.add(execution);
    }

    /** The only data that an execution waits for. */
    void delivered(String execution, String data) {
        deliveries.add(execution + " " + data);
    }

    /** One of any number of edits of an attempt. */
    void edited(String taskExecution) {
        edits.add(taskExecution);
    }

    void published(String flow, int version) {
        versions.add(flow + " " + version);
    }

    /** Answered with a conflict, which some requests have to be. */
    void refused() {
        refused.incrementAndGet();
    }

    /** Not answered, or with a failure of the service: it may have been done or not. */
    void unknown() {
        unknown.incrementAndGet();
    }

    int kept() {
        return kinds().mapToInt(Collection::size).sum();
    }

    /** How many there are of the kind of which there are least. */
    int rarest() {
        return kinds().mapToInt(Collection::size).min().orElseThrow();
    }

    private Stream<Collection<String>> kinds() {
        return Stream.of(starts, generations, cancellations, deliveries, edits, versions);
    }

    int unknowns() {
        return unknown.get();
    }

    void check(CrashingDatabase database) throws SQLException {
        assertThat(rarest()).as("the rarest of %s", this).isGreaterThanOrEqualTo(LEAST);
        holds(database, "started", starts, "select id::text from flow_execution");
        holds(database, "generation", generations, "select flow_execution_id || ' ' || generation from generation");
        holds(database, "cancelled", cancellations, "select id::text from flow_execution where status = 'cancelled'");
        holds(
                database,
                "delivered",
                deliveries,
                "select flow_execution_id || ' ' || (output ->> 'data') from task_execution"
                        + " where task_name = 'answer' and processing_status = 'completed'");
        holds(database, "published", versions, "select flow_id || ' ' || version from flow_version");
        assertThat(database.texts(
                        "select p.id || ': ' || p.edits || ' edits' from (select id, count(*) as edits"
                                + " from unnest(?::text[]) as id group by id) p left join task_execution t"
                                + " on t.id = p.id::uuid where coalesce(t.edit_revision, 0) < p.edits",
                        (Object) edits.toArray(String[]::new)))
                .as("edited, but not there")
                .isEmpty();
    }

    private static void holds(CrashingDatabase database, String what, Collection<String> promised, String present)
            throws SQLException {
        assertThat(database.texts(
                        "select unnest(?::text[]) except " + present, (Object) promised.toArray(String[]::new)))
                .as(what + ", but not there")
                .isEmpty();
    }

    @Override
    public String toString() {
        return "%d starts, %d re-executions, %d cancellations, %d deliveries, %d edits, %d versions, %d refused, %d unknown"
                .formatted(
                        starts.size(),
                        generations.size(),
                        cancellations.size(),
                        deliveries.size(),
                        edits.size(),
                        versions.size(),
                        refused.get(),
                        unknown.get());
    }
}
