package dev.reflow.support;

import dev.reflow.execution.Attempt;
import dev.reflow.execution.Consumed;
import dev.reflow.execution.EditedStatus;
import dev.reflow.execution.ProcessingStatus;
import dev.reflow.flow.TaskName;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Attempts of tasks, said in short. */
public final class Attempts {
    private final String task;
    private int idx;
    private int generation = 1;
    private int version = 1;
    private ProcessingStatus status = ProcessingStatus.COMPLETED;
    private EditedStatus edited = EditedStatus.NOT_EDITED;
    private boolean marked;
    private int editRevision;
    private String fingerprint = "unknown";
    private Instant wakeAt;
    private Instant startedAt;
    private final Map<TaskName, Consumed> consumed = new HashMap<>();

    private Attempts(String task) {
        this.task = task;
    }

    public static Attempts completed(String task) {
        return new Attempts(task);
    }

    public static Attempts failed(String task) {
        Attempts attempt = new Attempts(task);
        attempt.status = ProcessingStatus.FAILED;
        return attempt;
    }

    public Attempts idx(int idx) {
        this.idx = idx;
        return this;
    }

    public Attempts generation(int generation) {
        this.generation = generation;
        return this;
    }

    public Attempts version(int version) {
        this.version = version;
        return this;
    }

    public Attempts status(ProcessingStatus status) {
        this.status = status;
        return this;
    }

    /** Of a running attempt: until when it waits; of a failed one: when the next begins. */
    public Attempts wakesAt(Instant time) {
        wakeAt = time;
        return this;
    }

    public Attempts startedAt(Instant time) {
        startedAt = time;
        return this;
    }

    public Attempts consumed(String dependency, int idx, int editRevision) {
        consumed.put(new TaskName(dependency), new Consumed(idx, editRevision));
        return this;
    }

    public Attempts fingerprint(String fingerprint) {
        this.fingerprint = fingerprint;
        return this;
    }

    public Attempts marked() {
        marked = true;
        return this;
    }

    public Attempts edited(int times) {
        edited = EditedStatus.EDITED_NOT_REEXECUTED;
        editRevision = times;
        return this;
    }

    public Attempt attempt() {
        return new Attempt(
                UUID.randomUUID(),
                new TaskName(task),
                idx,
                generation,
                version,
                status,
                edited,
                marked,
                editRevision,
                editRevision > 0 || marked ? generation : 0,
                consumed,
                fingerprint,
                0,
                wakeAt,
                startedAt);
    }
}
