package dev.reflow.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@Schema(requiredProperties = "name")
public record ApiKeyCreateRequest(
        @Schema(maxLength = 255) String name, @Nullable String description) {

    static ApiKeyCreateRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new ApiKeyCreateRequest(
                members.field("name").text().atMost(255).required(),
                members.field("description").text().orNull());
    }
}
