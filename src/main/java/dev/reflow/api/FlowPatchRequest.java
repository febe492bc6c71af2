package dev.reflow.api;

import dev.reflow.flow.Visibility;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record FlowPatchRequest(
        @Nullable String displayName,
        @Nullable String description,

        @Schema(description = "private, organization or public") @Nullable
        Visibility visibility,

        @Schema(description = "Replace all that there were") @Nullable
        FlowSettings settings,

        @Schema(description = "draft, published or archived; only drafts get new versions") @Nullable
        String status,

        @Schema(uniqueItems = true) @Nullable List<String> tags) {

    static FlowPatchRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new FlowPatchRequest(
                members.field("display_name").text().orNull(),
                members.field("description").text().orNull(),
                members.field("visibility").oneOf(Visibility.class).orNull(),
                members.field("settings").object(FlowSettings::read).orNull(),
                members.field("status").text().orNull(),
                members.field("tags")
                        .list(tag -> tag.text().required())
                        .map(tags -> tags.stream().distinct().toList())
                        .orNull());
    }
}
