package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to change of a flow beside its definition. What is null stays as it is.
 *
 * @param status any; only {@link Flow#DRAFT} lets versions be added
 * @param settings replace all that there were
 */
public record FlowChange(
        @Nullable String displayName,
        @Nullable String description,
        @Nullable String status,
        @Nullable Visibility visibility,
        @Nullable JsonNode settings,
        @Nullable List<String> tags) {}
