/**
 * A flow and its immutable versions: the definition's tasks, the {@code {{task.path}}} references in their parameters
 * and the graph that follows from these. What a task executor makes of its parameters is not known here.
 */
@NullMarked
package dev.reflow.flow;

import org.jspecify.annotations.NullMarked;
