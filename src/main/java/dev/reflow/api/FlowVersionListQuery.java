package dev.reflow.api;

import dev.reflow.flow.VersionQuery;
import org.jspecify.annotations.Nullable;

public record FlowVersionListQuery(@Nullable String search, boolean favouritesOnly, Page page) {
    VersionQuery query() {
        return new VersionQuery(search, favouritesOnly, page.number(), page.size());
    }
}
