package dev.reflow.api;

import dev.reflow.organization.ServiceAccountStore;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What is absent stays as it is; a description of null is removed. */
public record ServiceAccountUpdateRequest(
        @Schema(maxLength = 255) @Nullable String name,
        @Nullable String description) {

    static ServiceAccountStore.Change read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new ServiceAccountStore.Change(
                members.field("name").text().atMost(255).orNull(),
                members.field("description").text().orNull(),
                members.has("description"));
    }
}
