/** The packaged service as a black box: a process of its own that is started, asked over HTTP, and killed. */
@NullMarked
package dev.reflow.smoke;

import org.jspecify.annotations.NullMarked;
