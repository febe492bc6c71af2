package dev.reflow.execution;

/**
 * Which result of a dependency a result was made from.
 *
 * @param taskExecutionIdx the dependency's attempt
 * @param editRevision how often a person had edited that attempt's output, 0 for never
 */
public record Consumed(int taskExecutionIdx, int editRevision) {}
