/**
 * The task executors that every installation has, one file each, and what only they need. Nobody imports this package:
 * the others see it through {@link dev.reflow.task.TaskExecutors}.
 */
@NullMarked
package dev.reflow.task.builtin;

import org.jspecify.annotations.NullMarked;
