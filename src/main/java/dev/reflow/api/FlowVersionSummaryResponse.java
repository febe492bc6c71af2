package dev.reflow.api;

import dev.reflow.flow.VersionSummary;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record FlowVersionSummaryResponse(
        int version,
        Instant createdAt,
        Instant updatedAt,
        String modifiedBy,
        boolean isLatest,
        @Nullable String name,
        @Schema(defaultValue = "false") boolean isFavourite) {

    static FlowVersionSummaryResponse of(VersionSummary version) {
        return new FlowVersionSummaryResponse(
                version.version(),
                version.createdAt(),
                version.updatedAt(),
                version.modifiedBy(),
                version.latest(),
                version.name(),
                version.favourite());
    }
}
