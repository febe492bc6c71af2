package dev.reflow.api;

/** What to answer of an execution beyond its own fields. */
public record FlowExecutionIncludes(boolean runNumber, boolean credits) {}
