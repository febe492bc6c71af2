/** What keeps the service running: its start, its embedded database, its health. */
@NullMarked
package dev.reflow.ops;

import org.jspecify.annotations.NullMarked;
