package dev.reflow.api;

import dev.reflow.execution.EndReason;
import dev.reflow.execution.Generation;
import dev.reflow.execution.Mode;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The history of an execution, newest first. */
public record GenerationsResponse(List<GenerationResponse> generations) {

    /** One generation. */
    public record GenerationResponse(
            @Schema(minimum = "1") int generation,
            Mode mode,

            @Schema(description = "running, or why it ended")
            String status,

            VersionChangeResponse flowVersion,
            String requestedBy,
            Instant requestedAt,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            TaskCountsResponse tasks,
            @Nullable EndReason endReason,

            @Schema(description = "Why it failed, where no task says so") @Nullable
            String endMessage) {}

    /** How many tasks were run, reused as planned, kept because nothing they consume had changed, and failed. */
    public record TaskCountsResponse(int run, int reused, int cutOff, int failed) {}

    static GenerationsResponse of(List<Generation> generations) {
        return new GenerationsResponse(
                generations.stream().map(GenerationsResponse::response).toList());
    }

    private static GenerationResponse response(Generation generation) {
        EndReason reason = generation.endReason();
        return new GenerationResponse(
                generation.number(),
                generation.mode(),
                reason == null ? "running" : reason.code(),
                new VersionChangeResponse(generation.fromVersion(), generation.toVersion()),
                generation.requestedBy(),
                generation.requestedAt(),
                generation.startedAt(),
                generation.finishedAt(),
                new TaskCountsResponse(
                        generation.tasks().run(),
                        generation.tasks().reused(),
                        generation.tasks().cutOff(),
                        generation.tasks().failed()),
                reason,
                generation.endMessage());
    }
}
