package dev.reflow.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** @param seconds after its end an execution is deleted; null keeps it */
public record TtlSettings(
        @Schema(minimum = "60", maximum = "5097600") @Nullable
        Integer seconds) {
    static final TtlSettings NONE = new TtlSettings(null);

    static TtlSettings read(Members members) {
        return new TtlSettings(
                members.field("seconds").integer().atLeast(60).atMost(5_097_600).orNull());
    }
}
