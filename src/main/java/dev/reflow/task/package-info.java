/**
 * What a task executor is to the rest of the service: it is given a task's resolved parameters and says how the task
 * ended. Failure is an outcome, not an exception.
 */
@NullMarked
package dev.reflow.task;

import org.jspecify.annotations.NullMarked;
