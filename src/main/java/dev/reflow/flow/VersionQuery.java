package dev.reflow.flow;

import org.jspecify.annotations.Nullable;

/**
 * Which versions of a flow to list.
 *
 * @param search a part of the name, in any case; null for all
 * @param page from 1
 */
public record VersionQuery(@Nullable String search, boolean favouritesOnly, int page, int pageSize) {}
