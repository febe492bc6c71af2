package dev.reflow.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record FlowVersionPatchRequest(
        @Schema(description = "What people call the version") @Nullable
        String name,

        @Nullable Boolean isFavourite) {

    static FlowVersionPatchRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new FlowVersionPatchRequest(
                members.field("name").text().orNull(),
                members.field("is_favourite").bool().orNull());
    }
}
