package dev.reflow.flow;

import org.jspecify.annotations.Nullable;

/**
 * Which flows to list.
 *
 * @param search a part of the name or description, in any case; null for all
 * @param createdBy null for anybody
 * @param page from 1
 */
public record FlowQuery(
        @Nullable String search, @Nullable String createdBy, Sort sort, boolean ascending, int page, int pageSize) {

    /** What to sort by. */
    public enum Sort {
        CREATED_AT,
        UPDATED_AT,
        DISPLAY_NAME
    }
}
