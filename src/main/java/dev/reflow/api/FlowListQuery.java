package dev.reflow.api;

import dev.reflow.flow.FlowQuery;
import dev.reflow.organization.OrganizationId;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

public record FlowListQuery(
        @Nullable String search,
        Sort sort,
        Page page,
        @Nullable String tagFilters,
        boolean cleanable,
        @Nullable String createdById,
        @Nullable OrganizationId organization,
        boolean latestVersionExecutionsCount) {

    FlowQuery query() {
        return new FlowQuery(
                search,
                createdById,
                tags(),
                cleanable,
                FlowQuery.Sort.valueOf(sort.field().toUpperCase(Locale.ROOT)),
                !sort.descending(),
                page.number(),
                page.size());
    }

    private List<String> tags() {
        return tagFilters == null
                ? List.of()
                : Stream.of(tagFilters.split(","))
                        .map(String::strip)
                        .filter(tag -> !tag.isEmpty())
                        .toList();
    }
}
