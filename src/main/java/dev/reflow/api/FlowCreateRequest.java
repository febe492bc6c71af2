package dev.reflow.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.Visibility;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@Schema(requiredProperties = {"display_name", "definition"})
public record FlowCreateRequest(
        @Schema(minLength = 1, maxLength = 255) String displayName,
        @Schema(maxLength = 5000) @Nullable String description,

        @Schema(description = "The flow's configuration with its tasks")
        ObjectNode definition,

        @Schema(description = "private, organization or public") @Nullable
        Visibility visibility,

        @Nullable FlowSettings settings,
        @Schema(uniqueItems = true) List<String> tags) {

    static FlowCreateRequest read(Form form, JsonBody body) {
        Members members = form.body(body);
        return new FlowCreateRequest(
                members.field("display_name").text().atLeast(1).atMost(255).required(),
                members.field("description").text().atMost(5000).orNull(),
                members.field("definition").object().required(),
                members.field("visibility").oneOf(Visibility.class).orNull(),
                members.field("settings").object(FlowSettings::read).orNull(),
                members.field("tags").list(tag -> tag.text().required()).or(List.of()).stream()
                        .distinct()
                        .toList());
    }
}
