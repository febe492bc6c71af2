package dev.reflow.api;

/** What to answer of a flow beyond its own fields. */
public record FlowIncludes(boolean orderedTaskNames, boolean validationErrors) {}
