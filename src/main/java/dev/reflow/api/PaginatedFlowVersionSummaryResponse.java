package dev.reflow.api;

import dev.reflow.flow.VersionStore;
import java.util.List;

/** @param total of all pages */
public record PaginatedFlowVersionSummaryResponse(
        List<FlowVersionSummaryResponse> versions, long total, int page, int pageSize) {

    static PaginatedFlowVersionSummaryResponse of(VersionStore.Listed listed, Page page) {
        return new PaginatedFlowVersionSummaryResponse(
                listed.versions().stream().map(FlowVersionSummaryResponse::of).toList(),
                listed.total(),
                page.number(),
                page.size());
    }
}
