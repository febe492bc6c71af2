/**
 * The engine that runs in this process. All its decisions happen on one loop, one after the other; the database and the
 * task executors answer from elsewhere and are brought back to the loop.
 */
@NullMarked
package dev.reflow.engine.embedded;

import org.jspecify.annotations.NullMarked;
