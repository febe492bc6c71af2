/**
 * Decides and never does: what a re-execution runs and why, what is stale, what happens next in a generation. Everything
 * here is a function of its arguments; there is no clock, no chance and no input or output.
 */
@NullMarked
package dev.reflow.execution;

import org.jspecify.annotations.NullMarked;
