package dev.reflow.api;

import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record FlowSettings(
        @Schema(description = "How long executions are kept")
        TtlSettings ttl,

        @Schema(description = "Re-execute what becomes stale at once", defaultValue = "false")
        boolean reexecuteOnUpdate,

        @Nullable UUID reviewViewId) {

    static FlowSettings read(Members members) {
        return new FlowSettings(
                members.field("ttl").object(TtlSettings::read).or(TtlSettings.NONE),
                members.field("reexecute_on_update").bool().or(false),
                members.field("review_view_id").uuid().orNull());
    }
}
