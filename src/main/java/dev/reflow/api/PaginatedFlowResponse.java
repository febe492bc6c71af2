package dev.reflow.api;

import java.util.List;

/** @param total of all pages */
public record PaginatedFlowResponse(List<FlowResponse> flows, long total, int page, int pageSize) {}
