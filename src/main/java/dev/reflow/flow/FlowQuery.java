package dev.reflow.flow;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which flows to list.
 *
 * @param search a part of the name or description, in any case; null for all
 * @param creator the subject that made them; null for anybody
 * @param tags flows with any of these; empty for all
 * @param cleanable only flows whose executions are deleted some time after they finish
 * @param page from 1
 */
public record FlowQuery(
        @Nullable String search,
        @Nullable String creator,
        List<String> tags,
        boolean cleanable,
        Sort sort,
        boolean ascending,
        int page,
        int pageSize) {

    /** What to sort by. */
    public enum Sort {
        CREATED_AT,
        UPDATED_AT,
        DISPLAY_NAME
    }
}
