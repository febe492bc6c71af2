package dev.reflow.execution;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One workflow instance of an execution, as its history tells it.
 *
 * @param fromVersion the version that the execution ran before; the same as {@code toVersion} for the first
 * @param endReason null while it is active
 * @param endMessage why it failed, where no task says so
 */
public record Generation(
        int number,
        Mode mode,
        int fromVersion,
        int toVersion,
        String requestedBy,
        Instant requestedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        TaskCounts tasks,
        @Nullable EndReason endReason,
        @Nullable String endMessage) {}
